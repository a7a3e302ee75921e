/** The mailbox of the Data Policy. It reaches the people who build itoms. */
export const CONTACT = "privacy@ito.ms";
