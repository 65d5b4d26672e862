/** A number with its noun: “1 value”, “1,200 values”. */
export const count = (n: number, one: string, many: string) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
