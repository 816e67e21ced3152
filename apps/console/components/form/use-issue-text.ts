// Says what is wrong with a field in the viewer's language, from zod's issue.
'use client';
import { useTranslations } from 'next-intl';

type Issue = {
  code: string;
  input?: unknown;
  minimum?: unknown;
  maximum?: unknown;
  format?: unknown;
  origin?: unknown;
  /** What a rule of a contract is called. */
  params?: { rule?: unknown } | undefined;
};

/** Gives a function from a zod issue to a sentence; `undefined` leaves the schema's own text. */
export function useIssueText(): (issue: Issue) => string {
  const t = useTranslations('issues');
  return (issue) => {
    if (issue.input === undefined || issue.input === '' || issue.input === null || Number.isNaN(issue.input))
      return t('required');
    const text = issue.origin === 'string';
    if (issue.params?.rule === 'cooldown_order') return t('cooldownOrder');
    switch (issue.code) {
      case 'too_small':
        return text
          ? t('minLength', { count: Number(issue.minimum) })
          : t('min', { value: String(issue.minimum) });
      case 'too_big':
        return text
          ? t('maxLength', { count: Number(issue.maximum) })
          : t('max', { value: String(issue.maximum) });
      case 'invalid_format':
        return issue.format === 'email' ? t('email') : issue.format === 'url' ? t('url') : t('format');
      case 'invalid_type':
        return t('type');
      default:
        return t('format');
    }
  };
}
