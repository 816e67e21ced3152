// Says what went wrong in the viewer's language.
'use client';
import { useTranslations } from 'next-intl';
import { ApiError } from './api-error';

/** Gives a function from whatever was thrown to a sentence. */
export function useErrorText(): (error: unknown) => string {
  const t = useTranslations('errors');
  return (error) => {
    if (!(error instanceof ApiError)) return t('unknown');
    switch (error.code) {
      case 'network':
        return t('network');
      case 'bad_answer':
        return t('bad_answer');
      case 'unauthenticated':
        return t('unauthenticated');
      case 'forbidden':
        return t('forbidden');
      case 'not_found':
        return t('not_found');
      case 'conflict':
        return t('conflict');
      case 'too_large':
        return t('too_large');
      case 'too_many_requests':
        return t('too_many_requests');
      case 'registration_closed':
        return t('registration_closed');
      case 'last_super_admin':
        return t('last_super_admin');
      case 'email_taken':
        return t('email_taken');
      case 'name_taken':
        return t('name_taken');
      case 'gift_card_unknown':
        return t('gift_card_unknown');
      case 'gift_card_used':
        return t('gift_card_used');
      case 'gift_card_void':
        return t('gift_card_void');
      case 'gift_card_expired':
        return t('gift_card_expired');
      case 'sign_in_refused':
        return t('sign_in_refused');
      case 'register_refused':
        return t('register_refused');
      case 'password_refused':
        return t('password_refused');
      case 'account_disabled':
        return t('account_disabled');
      case 'not_ready':
        return t('not_ready');
      case 'internal':
        return t('internal');
      case 'invalid_input':
        return error.fields[0]
          ? t('invalid_field', {
              field: error.fields[0].path.replace(/^(body|query|params)\./, ''),
              reason: error.fields[0].message,
            })
          : t('invalid_input');
      default:
        return error.message || t('unknown');
    }
  };
}
