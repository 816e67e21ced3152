// The page shown while the console is starting: both languages, reloads itself, needs nothing from outside.

/** The whole document. */
export function startingPage(): string {
  return `<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<title>api-proxy</title>
<style>
  :root { color-scheme: light dark; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.6 system-ui, sans-serif; }
  main { text-align: center; padding: 2rem; }
  .bar { width: 12rem; height: 3px; margin: 0 auto 1.5rem; overflow: hidden; border-radius: 2px; background: #8883; }
  .bar::before { content: ""; display: block; width: 40%; height: 100%; background: currentColor; animation: go 1.2s ease-in-out infinite; }
  @keyframes go { from { transform: translateX(-100%); } to { transform: translateX(300%); } }
  @media (prefers-reduced-motion: reduce) { .bar::before { animation: none; } }
  p { margin: 0; } p + p { opacity: .65; }
</style>
</head>
<body><main><div class="bar"></div>
<p lang="zh">控制台正在启动，页面会自动刷新。</p>
<p lang="en">The console is starting; this page reloads by itself.</p>
</main></body>
</html>
`;
}
