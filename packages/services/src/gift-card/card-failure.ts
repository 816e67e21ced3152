// Why a gift card can't be redeemed or voided: a code and a sentence for each reason.
import { AppError } from '@api-proxy/kit/error';

export type CardProblem = 'unknown' | 'used' | 'void' | 'expired';

const NOT_FOUND = 404;
const CONFLICT = 409;
const GONE = 410;

const FAILURES: Record<CardProblem, { status: number; message: string }> = {
  unknown: { status: NOT_FOUND, message: 'There is no gift card with this code.' },
  used: { status: CONFLICT, message: 'This gift card has already been redeemed.' },
  void: { status: CONFLICT, message: 'This gift card has been voided.' },
  expired: { status: GONE, message: 'This gift card has expired.' },
};

export function cardFailure(problem: CardProblem): AppError {
  return new AppError({ code: `gift_card_${problem}`, ...FAILURES[problem] });
}
