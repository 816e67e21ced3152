// The arguments of an ICU message: what a translation must take in every language.
import {
  isArgumentElement,
  isDateElement,
  isNumberElement,
  isPluralElement,
  isSelectElement,
  isTagElement,
  isTimeElement,
  type MessageFormatElement,
  parse,
} from '@formatjs/icu-messageformat-parser';

/** Names with their kind, sorted: 'count plural', 'name', '<link>'; or why the text is no ICU message. */
export function argumentsOf(text: string): { names: string[] } | { problem: string } {
  try {
    const names = new Set<string>();
    collect(parse(text), names);
    return { names: [...names].sort() };
  } catch (error) {
    return { problem: `not an ICU message (${error instanceof Error ? error.message : String(error)})` };
  }
}

function collect(elements: MessageFormatElement[], names: Set<string>): void {
  for (const element of elements) {
    if (isTagElement(element)) {
      names.add(`<${element.value}>`);
      collect(element.children, names);
    } else if (isSelectElement(element)) {
      names.add(`${element.value} select ${Object.keys(element.options).sort().join('|')}`);
      for (const option of Object.values(element.options)) collect(option.value, names);
    } else if (isPluralElement(element)) {
      // A language without plural forms may take the same number without a plural.
      names.add(element.value);
      for (const option of Object.values(element.options)) collect(option.value, names);
    } else if (isArgumentElement(element) || isNumberElement(element)) {
      names.add(element.value);
    } else if (isDateElement(element) || isTimeElement(element)) {
      names.add(`${element.value} time`);
    }
  }
}
