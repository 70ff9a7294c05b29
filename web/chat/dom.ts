/** One element, `tag.class`, with properties or attributes and children; text is text, never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  what: K | `${K}.${string}`,
  properties: object = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const [tag, ...classes] = what.split('.');
  const made = document.createElement(tag as K);
  made.className = classes.join(' ');
  for (const [name, value] of Object.entries(properties))
    if (name in made) Object.assign(made, { [name]: value });
    else made.setAttribute(name, value);
  made.append(...children);
  return made;
}
