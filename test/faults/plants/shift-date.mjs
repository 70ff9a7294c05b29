// Preloaded into a process of the platform: its host's clock is wrong by SHIFT_MS.
const Real = Date;
const shift = Number(process.env.SHIFT_MS);

globalThis.Date = new Proxy(Real, {
  construct: (target, args, asked) =>
    args.length > 0
      ? Reflect.construct(target, args, asked === globalThis.Date ? target : asked)
      : new Real(Real.now() + shift),
  apply: () => new Real(Real.now() + shift).toString(),
  get: (target, name) =>
    name === 'now' ? () => Real.now() + shift : Reflect.get(target, name, target),
});
