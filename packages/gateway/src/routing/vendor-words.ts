// How vendors say what went wrong: types and codes they document, and whole sentences of theirs. Never a part of a
// sentence: error texts repeat field names, ids and values, and those are the client's own words.

export type Saying =
  | 'overloaded'
  | 'quota'
  | 'model'
  | 'context'
  /** The input itself: a filter, a bound. */
  | 'input'
  | 'credential'
  /** Where the call comes from, or on whose account: an organization, a project, a region, a scope of the key. */
  | 'place'
  | 'invalid_request';

type Said = { readonly type: string | null; readonly code: string | null };

/** From the error pages of Anthropic, OpenAI and Azure, and of compatible servers. */
const WORDS: ReadonlyMap<string, Saying> = new Map([
  ...spoken('overloaded', 'overloaded_error server_is_overloaded engine_overloaded_error slow_down'),
  ...spoken('quota', 'insufficient_quota billing_error billing_hard_limit_reached billing_not_active'),
  ...spoken('quota', 'exceeded_current_quota_error insufficient_user_quota arrearage'),
  ...spoken('model', 'model_not_found deploymentnotfound unknown_model invalid_model model_not_available'),
  ...spoken('context', 'context_length_exceeded too_many_prompt_tokens context_window_exceeded'),
  ...spoken('input', 'invalid_prompt content_filter content_policy_violation moderation_blocked'),
  ...spoken('input', 'image_content_policy_violation data_inspection_failed datainspectionfailed'),
  ...spoken('input', 'request_too_large string_above_max_length invalid_encrypted_content'),
  ...spoken('credential', 'authentication_error permission_error invalid_api_key invalid_authentication'),
  ...spoken('credential', 'account_deactivated access_terminated'),
  ...spoken('invalid_request', 'invalid_request_error'),
]);

/** E.g. `mismatched_organization`, `unsupported_country_region_territory`, `missing_scope`. */
const PLACE = /(?:^|_)(?:organi[sz]ation|project|region|country|territory|scopes?)(?:_|$)/;

function spoken(saying: Saying, words: string): [string, Saying][] {
  return words.split(' ').map((word) => [word, saying]);
}

/** What `code` says, else `type`; a code is the more exact one. Null for words that decide nothing. */
export function sayingOf({ type, code }: Said): Saying | null {
  const words = [code, type].flatMap((word) => (word === null ? [] : [word.toLowerCase()]));
  const sayings = words.map((word) => (PLACE.test(word) ? 'place' : WORDS.get(word)));
  // Nearly everything is called an invalid request: any other word says more.
  return sayings.find((one) => one && one !== 'invalid_request') ?? sayings.find((one) => one) ?? null;
}

const RETRY = `(?:[.,;]? (?:please )?(?:try|retry)(?: again)?(?: later| soon| with a different model| a different model)?)?`;
const OVERLOADED = whole(
  `(?:(?:the|our|this|that|selected) (?:model|engine|service|servers?|system) (?:is|are) (?:currently |temporarily )?(?:overloaded|at capacity|busy)|server is busy|at capacity|overloaded)${RETRY}`,
);
const QUOTA = whole(
  String.raw`your credit balance is too low to access the (?:anthropic|claude) api(?:\. please go to plans & billing to upgrade or purchase credits)?`,
  String.raw`you have reached your specified (?:workspace )?api usage limits(?:\. you will regain access on [\d-]+ at [\d:]+ utc)?`,
);
const CREDENTIAL = whole('this organization has been disabled');
const NAME = '["\'`]?<model>["\'`]?';
const MODEL = whole(
  `(?:the )?(?:requested )?model:? ${NAME}(?: was| is)? (?:not found|does not exist|not supported|not available)(?: or you do not have access to it)?(?:,? try pulling it first)?`,
  `model: ${NAME}`,
  `(?:unknown|invalid|unsupported) model(?: name)?:? ${NAME}`,
  `${NAME} is not a valid model id`,
  'model not exist',
  'the provided model identifier is invalid',
);
/** What a 404 begins with when it means the model; a 404 repeats ids of the client's, never at its start. */
const MODEL_IN_404 = new RegExp(
  String.raw`^(?:(?:the |requested |unknown |invalid |unsupported )*(?:model|deployment|engine)[ :=]*${NAME}(?:[\s.,;]|$)|${NAME} is not found for api version|not found the model ${NAME}|model:? not found(?:[.,]|$)|the model does not exist or you do not have access to it|the api deployment for this resource does not exist)`,
  'i',
);
/** Texts from here on save a channel from blame and never lay any on it, so their beginning is enough. */
const CONTEXT =
  /^(?:(?:prompt|input) is too long\b|this model'?s maximum context length\b|your input exceeds the context window\b|the total length of all messages is too long\b)/i;
const INPUT =
  /\b(?:flagged|moderation|content[ _](?:policy|filter|management)|safety system|usage polic(?:y|ies))\b/i;
/** A 429 is never about a request's form: nothing of the client's stands at its start. */
const QUOTA_IN_429 = /^you exceeded your current quota\b/i;

function whole(...sentences: string[]): RegExp {
  return new RegExp(`^(?:${sentences.join('|')})[.!]?$`, 'i');
}

/** What a text says that is, from end to end, a vendor's sentence; null for any other. */
export function sentenceOf(
  text: string,
  model: string,
): 'overloaded' | 'quota' | 'credential' | 'model' | null {
  const said = text.trim();
  if (OVERLOADED.test(said)) return 'overloaded';
  if (QUOTA.test(said)) return 'quota';
  if (CREDENTIAL.test(said)) return 'credential';
  return MODEL.test(unnamed(said, model)) ? 'model' : null;
}

/** Whether the text of a 404 begins by saying that it means this model. */
export function meansModel(text: string, model: string): boolean {
  return MODEL_IN_404.test(unnamed(text.trim(), model));
}

/** Whether a text names, in quotes, something and not this model: a tool of the request may have a model of its own. */
export function namesAnother(text: string, model: string): boolean {
  const names = [...text.matchAll(/"([^"]*)"|'([^']*)'|`([^`]*)`/g)].map(([, a, b, c]) => a ?? b ?? c);
  return names.length > 0 && !names.includes(model);
}

export function meansContext(text: string): boolean {
  return CONTEXT.test(text.trim());
}

export function meansInput(text: string): boolean {
  return INPUT.test(text);
}

export function meansQuotaIn429(text: string): boolean {
  return QUOTA.test(text.trim()) || QUOTA_IN_429.test(text.trim());
}

/** The text with this model's name made a placeholder, where it stands alone. */
function unnamed(text: string, model: string): string {
  if (model === '' || !text.includes(model)) return text;
  const name = model.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return text.replace(
    new RegExp(String.raw`(?<![\w./@-])(?:models/)?${name}(?![\w/@-]|[.:]\w)`, 'g'),
    '<model>',
  );
}
