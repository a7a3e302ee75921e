/** Where TikTok prescribes the words (Content Sharing Guidelines, 2026), they are said so here: they stay letter for letter. */
export const tiktok = {
  postingAs: "Posting on TikTok as",
  asking: "Asking TikTok what this account may post right now",
  unanswered: "TikTok did not say what this account may post right now.",
  unansweredDetail:
    "Without its answer there is no audience to choose. Nothing was posted. Ask again in a moment.",
  askAgain: "Ask TikTok again",
  title: "Title",
  titleHint: (used: string, most: string) => `${used} of ${most} characters. The caption stands below it.`,
  titleTooLong: (most: string) => `Shorten the title to ${most} characters.`,
  audience: "Who can see this post",
  audienceHint: "Nothing is chosen for you.",
  chooseAudience: "Choose",
  audiences: {
    PUBLIC_TO_EVERYONE: "Everyone",
    MUTUAL_FOLLOW_FRIENDS: "Friends",
    FOLLOWER_OF_CREATOR: "Followers",
    SELF_ONLY: "Only me",
  },
  interactions: "What others may do",
  allowComment: "Allow Comment",
  allowDuet: "Allow Duet",
  allowStitch: "Allow Stitch",
  switchedOff: "Off in this account's settings on TikTok.",
  cover: "Cover",
  coverFirst: "The first moment of the video.",
  coverAt: (moment: string) => `The moment at ${moment}.`,
  coverPhoto: (position: string) => `Photo ${position}`,
  addMusic: "Add music",
  addMusicHint: "TikTok picks it. You can change it in the app.",
  aiGenerated: "AI-generated content",
  aiGeneratedHint: "For pictures, video or sound that AI made or changed. TikTok labels the post.",
  disclosure: "Disclose commercial content",
  disclosureHint: "Turn this on when the post promotes yourself, a brand, a product or a service.",
  promotes: "What the post promotes",
  /* Prescribed. */
  yourBrand: "Your brand",
  yourBrandHint: "You are promoting yourself or your own business.",
  /* Prescribed. */
  brandedContent: "Branded content",
  brandedContentHint: "You are promoting another brand or a third party.",
  /* Prescribed, all four. */
  mustDisclose: "You need to indicate if your content promotes yourself, a third party, or both.",
  labeledPromotional: "Your photo/video will be labeled as 'Promotional content'",
  labeledPartnership: "Your photo/video will be labeled as 'Paid partnership'",
  brandedNotPrivate: "Branded content visibility cannot be set to private.",
  /* Prescribed. Both sentences are read in one piece: what stands between the links keeps its spaces. */
  byPosting: "By posting, you agree to TikTok's ",
  brandedContentPolicy: "Branded Content Policy",
  and: " and ",
  musicUsage: "Music Usage Confirmation",
  blockers: {
    unanswered: "TikTok has to say first what this account may post right now.",
    audience: "Choose who can see the post on TikTok.",
    tooLong: (found: string, most: string) =>
      `This video lasts ${found}. TikTok lets this account post at most ${most}. Choose a shorter one.`,
  },
} as const;
