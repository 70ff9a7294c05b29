/** Words of the telephone: seats, calls, calls to return, restricted callers, recordings. */
// prettier-ignore
export const telephonyZh = {
};

// prettier-ignore
export const telephonyEn: Record<keyof typeof telephonyZh, string> = {
};
