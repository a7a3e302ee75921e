export const projects = {
  title: "Projects",
  lead: "A project holds accounts, contents and the people who work with them.",
  first: "Your first project",
  another: "A new project",
  name: "Name of the project",
  nameHint: "Its name goes to Anthropic when you ask for an AI caption.",
  create: "Create project",
} as const;
