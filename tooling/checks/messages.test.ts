// A text missing in one language, unused, or written into the source is found.
import { describe, expect, it } from 'vitest';
import { checkMessages } from './messages.ts';

interface House {
  en?: unknown;
  zh?: unknown;
  page?: string;
  more?: Record<string, string>;
}

function findings({ en = {}, zh = en, page = '', more = {} }: House): string[] {
  const files = {
    'apps/console/messages/en.json': JSON.stringify(en),
    'apps/console/messages/zh.json': JSON.stringify(zh),
    'apps/console/app/page.tsx': page,
    ...more,
  };
  return checkMessages(new Map(Object.entries(files))).map((finding) => finding.text);
}

const uses = (calls: string): string =>
  `function Page() { const t = useTranslations('keys'); return <p>${calls}</p>; }`;

describe('the two languages', () => {
  it('a key of one language only is missing in the other', () => {
    const page = uses(`{t('title')}`);
    expect(findings({ en: { keys: { title: 'Keys' } }, zh: { keys: {} }, page })).toContain(
      'keys.title is missing',
    );
    expect(findings({ en: { keys: {} }, zh: { keys: { title: '密钥' } }, page })).toContain(
      'keys.title is missing',
    );
  });

  it('a language file that is not there is found', () => {
    const tree = new Map([['apps/console/messages/en.json', '{}']]);
    expect(checkMessages(tree)).toMatchObject([
      { path: 'apps/console/messages/zh.json', text: 'the file is missing' },
    ]);
  });

  it('an empty text is found', () => {
    const house = {
      en: { keys: { title: 'Keys' } },
      zh: { keys: { title: ' ' } },
      page: uses(`{t('title')}`),
    };
    expect(findings(house)).toEqual(['keys.title is empty']);
  });

  it.each([
    ['Hello {name}', '你好 {user}'],
    ['{count, plural, one {# key} other {# keys}}', '密钥'],
    ['<b>Bold</b>', '粗'],
    ['{role, select, admin {A} other {B}}', '{role, select, user {A} other {B}}'],
    ['Hello {name}', '你好 {name'],
  ])('%j and %j do not take the same arguments', (en, zh) => {
    const house = { en: { keys: { title: en } }, zh: { keys: { title: zh } }, page: uses(`{t('title')}`) };
    expect(findings(house)).toHaveLength(1);
  });

  it('a plural may be a plain number in a language without plural forms', () => {
    const en = { keys: { title: '{count, plural, one {# key} other {# keys}}' } };
    expect(findings({ en, zh: { keys: { title: '{count} 个密钥' } }, page: uses(`{t('title')}`) })).toEqual(
      [],
    );
  });
});

describe('use', () => {
  const en = { keys: { title: 'Keys', state: { on: 'On', off: 'Off' } } };

  it('a key nobody asks for is found', () => {
    const found = findings({ en, page: uses(`{t('title')}{t('state.on')}`) });
    expect(found).toEqual(['keys.state.off is used nowhere']);
  });

  it('a key that does not exist is found, also under the wrong namespace', () => {
    const page = uses(`{t('title')}{t(\`state.\${state}\`)}{t('nothing')}`);
    expect(findings({ en, page })).toEqual([`no message fits keys.'nothing'`]);
    const other = `function Page() { const t = useTranslations('users'); return t('title'); }`;
    expect(findings({ en: { keys: { title: 'Keys' } }, page: other })).toContain(
      `no message fits users.'title'`,
    );
  });

  it.each([
    `{t('title')}{t(\`state.\${state}\`)}`,
    `{t('title')}{t(on ? 'state.on' : 'state.off')}`,
    `{t.rich('title')}{t.raw('state.on')}{t.has('state.off')}`,
    `{['title', 'state.on', 'state.off'].map((key) => t(key))}`,
  ])('%s counts as a use', (calls) => {
    expect(findings({ en, page: uses(calls) })).toEqual([]);
  });

  it('two components of a file may use two namespaces by the same name', () => {
    const messages = { a: { x: 'X' }, b: { y: 'Y' } };
    const page = `
      function A() { const t = useTranslations('a'); return t('x'); }
      async function B() { const t = await getTranslations({ locale, namespace: 'b' }); return t('y'); }`;
    expect(findings({ en: messages, page })).toEqual([]);
    expect(findings({ en: messages, page: page.replace(`t('y')`, `t('x')`) })).toHaveLength(2);
  });
});

describe('text in the source', () => {
  it.each([
    '<p>Save changes</p>',
    `<p>{'Save changes'}</p>`,
    '<input placeholder="Your name" />',
    '<button aria-label="Close" />',
    '<p>Saved. OpenAI</p>',
    `<p title={'中文字'} />`,
    `<p>{\`中文 \${x}\`}</p>`,
  ])('%s belongs into the messages', (jsx) => {
    expect(findings({ page: `const a = ${jsx};` }).join()).toContain('belongs into the messages');
  });

  it.each([
    '<code>POST /v1/messages</code>',
    '<input placeholder="sk-…" type="password" className="wide grey" />',
    '<p>api-proxy · {value} / 3</p>',
    '<img alt="" />',
    '<a href="https://example.com">OpenAI</a>',
  ])('%s may stand where it is', (jsx) => {
    const found = findings({ page: `const a = ${jsx};` });
    expect(found).toEqual([]);
  });

  it('Chinese in a plain source file is found', () => {
    const more = { 'apps/console/lib/a.ts': `export const title = '标题';` };
    expect(findings({ more })).toHaveLength(1);
  });
});
