//! The page a person sees when no page of ours could be rendered. Plain HTML: it must not depend on anything.

use super::assets;
use super::problem::ProblemBody;

pub fn render(problem: &ProblemBody) -> String {
    let id = problem.instance.as_deref().unwrap_or_default();
    format!(
        concat!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            "<meta name=\"color-scheme\" content=\"light dark\">",
            "<title>{title} · Countersign</title><link rel=\"stylesheet\" href=\"{css}\"></head>",
            "<body><main class=\"mx-auto max-w-prose p-6\"><h1 class=\"text-2xl font-semibold\">{title}</h1>",
            "<p class=\"my-4\">{detail}</p><p><a class=\"underline\" href=\"/\">Go to the dashboard</a></p>",
            "<p class=\"my-4 text-sm\">Request {id}</p></main></body></html>\n"
        ),
        title = escape(&problem.title),
        detail = escape(&problem.detail),
        css = escape(&assets::bundle().css),
        id = escape(id),
    )
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
