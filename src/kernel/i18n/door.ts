/** Words of the doors of other systems, dead letters, contacts. */
// prettier-ignore
export const doorZh = {
};

// prettier-ignore
export const doorEn: Record<keyof typeof doorZh, string> = {
};
