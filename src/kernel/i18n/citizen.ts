export const citizenZh = {} as const;
export const citizenEn: Record<keyof typeof citizenZh, string> = {};
