/** The place for a telephone within the page; without one the operator's telephone set is meant. */
export interface PhoneSet {
  /** Takes the call that rings at this extension. */
  answer(): void;
  muted: boolean;
  mute(on: boolean): void;
}

/** The softphone of this page; null: there is none. */
export const usePhoneSet = (): PhoneSet | null => null;
