// Tailwind is the one PostCSS plugin.
export default { plugins: { '@tailwindcss/postcss': {} } };
