import { Button } from "../parts/Button.tsx";
import css from "./Activity.module.css";

interface FigureProps {
  readonly value: number;
  readonly label: string;
  readonly onOpen: () => void;
}

/** A number that opens its entries; none has nothing to open. */
export function Figure({ value, label, onOpen }: FigureProps) {
  if (value === 0) return <span className={css.zero}>0</span>;
  return (
    <Button look="link" label={label} onClick={onOpen}>
      {value.toLocaleString("en")}
    </Button>
  );
}
