/** The one password of all demo accounts; only a database marked `demo` ever gets it. */
export const DEMO_PASSWORD = 'yunting-demo-12345';
