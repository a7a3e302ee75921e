/**
 * The timeline of a publication, in words. A code for every event that the functions and the database write; a test
 * compares the two.
 */
export const steps: Readonly<Record<string, string>> = {
  publish_clicked: "Publish was clicked",
  /* Instagram, before anything can be seen of it */
  items_created: "Instagram took the files of the carousel",
  item_lost: "Instagram could not process a file; it gets it once more",
  container_created: "Instagram took the post and processes it; nobody can see it yet",
  container_lost: "Instagram dropped the prepared post; it is prepared anew",
  /* and the call that publishes */
  publish_started: "Instagram was told to publish it",
  publish_not_sent: "That was called off before it was sent; it is done again",
  publish_refused: "Instagram refused to publish it; nothing was posted",
  found_published: "Instagram says that it is published",
  found_unpublished: "Instagram says that it is not published; the same post is published once more",
  /* TikTok, with the address of the file */
  init_started: "TikTok was told to post it",
  init_not_sent: "That was called off before it was sent; it is done again",
  init_refused: "TikTok refused it; nothing was posted",
  init_accepted: "TikTok took it, fetches the files and processes them",
  job_failed: "TikTok gave up; nothing was posted, and it is done anew",
  /* TikTok, with the bytes of the file */
  upload_started: "The video is on its way to TikTok",
  upload_lost: "TikTok dropped the upload; nothing was posted, and it begins anew",
  last_chunk_started: "The last part of the video is sent to TikTok",
  last_chunk_not_sent: "The last part was not sent; it is sent again",
  upload_incomplete: "TikTok says that the last part did not arrive; it is sent again",
  upload_complete: "TikTok has the whole video and processes it",
  /* What TikTok tells by itself */
  webhook_complete: "TikTok told us that it is posted",
  webhook_failed: "TikTok told us that it was not posted",
  webhook_public: "TikTok told us that everybody can see it now",
  webhook_no_longer_public: "TikTok told us that not everybody can see it any more",
  /* Ends and doubts */
  published: "The platform confirmed that it is published",
  failed: "It ended without being posted",
  outcome_unclear: "No clear answer: it may be posted, or not",
  given_up: "It took too long, so we stopped waiting",
  access_lost: "The platform no longer accepts our access, so it cannot be asked any more",
  /* People */
  resolved_by_user: "Somebody looked on the platform and said what they found",
  confirmed_by_user: "Somebody said that it should still go out",
  cancelled_by_user: "It was called off before it was sent",
  not_confirmed: "Nobody said for a week that it should still go out, so it was called off",
  publishing_objected: "Whoever made it switched publishing off, so it was called off",
  processing_restricted: "Somebody whose data it needs has restricted their use, so it was called off",
  account_disconnected: "The account was disconnected",
  platform_ids_cleared: "Its link and the platform's ids were deleted with the account",
  words_cleared: "Its caption and choices were deleted with somebody's account at itoms",
};
