/** Words of the chat: the citizen's widget and the operator's desk. */
// prettier-ignore
export const chatZh = {
};

// prettier-ignore
export const chatEn: Record<keyof typeof chatZh, string> = {
};
