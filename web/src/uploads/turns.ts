/** `limited(3)` lets three pieces of work run at once; the others wait in the order in which they came. */
export function limited(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      /* The place is handed on, not given up: nobody slips in between. */
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/** One line for each name: what belongs together is done in the order in which it came. */
export function lines(): <Result>(name: string, work: () => Promise<Result>) => Promise<Result> {
  const byName = new Map<string, ReturnType<typeof limited>>();
  return (name, work) => {
    const line = byName.get(name) ?? limited(1);
    byName.set(name, line);
    return line(work);
  };
}
