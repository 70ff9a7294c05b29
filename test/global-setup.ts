/** Stub: rules need nothing. To be replaced by what prepares the database of the other suites. */
export default function setup(): void {}
