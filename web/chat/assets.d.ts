/** The build puts the style, made small, into the script. */
declare module '*.css' {
  const text: string;
  export default text;
}
