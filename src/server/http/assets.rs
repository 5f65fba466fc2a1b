//! The site's files, inside the binary (read from disk in a debug build): scripts, WASM, styles, `public/`.
//!
//! cargo-leptos may put a hash into a file's name and writes `hash.txt` beside the binary, where Leptos' own
//! components look for it at run time. Ours is one file, so the names are found among the embedded files instead:
//! the shell writes its own tags from [`bundle`].

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::sync::OnceLock;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/target/site"]
#[allow_missing = true]
struct Site;

const NAME: &str = "countersign";
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Addresses of the three files that a page loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    pub css: String,
    pub js: String,
    pub wasm: String,
}

impl Bundle {
    /// The text of the `<script type="module">` that hydrates the page.
    pub fn hydration_script(&self) -> String {
        format!(
            "import init,{{hydrate}} from {:?};init({{module_or_path:{:?}}}).then(()=>hydrate());",
            self.js, self.wasm
        )
    }
}

/// The files of this build, hashed names or plain ones.
pub fn bundle() -> &'static Bundle {
    static BUNDLE: OnceLock<Bundle> = OnceLock::new();
    BUNDLE.get_or_init(|| {
        let names: Vec<(String, u64)> = Site::iter()
            .filter(|name| name.starts_with("pkg/"))
            .map(|name| {
                let modified = Site::get(&name).and_then(|file| file.metadata.last_modified());
                (name.into_owned(), modified.unwrap_or(0))
            })
            .collect();
        choose(&names)
    })
}

fn choose(names: &[(String, u64)]) -> Bundle {
    let newest = |extension: &str, otherwise: &str| {
        let ours = names.iter().filter(|(name, _)| {
            let middle = name
                .strip_prefix("pkg/")
                .and_then(|name| name.strip_prefix(NAME))
                .and_then(|name| name.strip_suffix(extension));
            middle.is_some_and(|middle| middle.is_empty() || middle == "_bg" || is_hash(middle))
        });
        // A folder that was built twice may hold both generations.
        let found = ours.max_by_key(|(_, modified)| *modified);
        format!("/{}", found.map_or(otherwise, |(name, _)| name.as_str()))
    };
    Bundle {
        css: newest(".css", "pkg/countersign.css"),
        js: newest(".js", "pkg/countersign.js"),
        wasm: newest(".wasm", "pkg/countersign.wasm"),
    }
}

/// `.` and at least eight characters of base64url.
fn is_hash(middle: &str) -> bool {
    middle.strip_prefix('.').is_some_and(|hash| {
        hash.len() >= 8 && hash.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}

/// A file of the site by its path without the first slash.
pub fn serve(path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.is_empty() || path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let (file, encoding) = negotiate(path, headers)?;
    let hash = hex::encode(&file.metadata.sha256_hash()[..16]);
    let tag = format!("\"{hash}\"");
    let fresh = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|given| given.trim().trim_start_matches("W/") == tag);
    let mut response =
        if fresh { StatusCode::NOT_MODIFIED.into_response() } else { file.data.into_owned().into_response() };
    let out = response.headers_mut();
    if !fresh {
        out.insert(header::CONTENT_TYPE, content_type(path));
        if let Some(encoding) = encoding {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    let cache = if has_hashed_name(path) { FOREVER } else { super::headers::REVALIDATE };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    Some(response)
}

fn has_hashed_name(path: &str) -> bool {
    path.strip_prefix("pkg/").and_then(|name| name.rsplit_once('.')).is_some_and(|(stem, _)| {
        !stem.contains('/') && stem.find('.').is_some_and(|dot| is_hash(&stem[dot..]))
    })
}

fn negotiate(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    for (encoding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(headers, encoding)
            && let Some(file) = Site::get(&format!("{path}{suffix}"))
        {
            return Some((file, Some(encoding)));
        }
    }
    Site::get(path).map(|file| (file, None))
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let refused = parts.any(|part| {
                part.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0))
            });
            name.eq_ignore_ascii_case(encoding) && !refused
        })
}

fn content_type(path: &str) -> HeaderValue {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    let is_text = guess.type_() == "text" || matches!(guess.subtype().as_str(), "javascript" | "json");
    let text = if is_text { format!("{}; charset=utf-8", guess.essence_str()) } else { guess.to_string() };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_are_found_and_the_newest_wins() {
        let names = [
            ("pkg/countersign.Ab3_-xyz9Qw.js", 2),
            ("pkg/countersign.OLDold12.js", 1),
            ("pkg/countersign.wasm", 1),
            ("pkg/countersign.css.br", 9),
            ("pkg/countersign.min.css", 9),
        ];
        let names: Vec<_> = names.iter().map(|(name, at)| ((*name).to_owned(), *at)).collect();
        let bundle = choose(&names);
        assert_eq!(bundle.js, "/pkg/countersign.Ab3_-xyz9Qw.js");
        assert_eq!(bundle.wasm, "/pkg/countersign.wasm");
        assert_eq!(bundle.css, "/pkg/countersign.css");
        assert!(has_hashed_name("pkg/countersign.Ab3_-xyz9Qw.js"));
        assert!(!has_hashed_name("pkg/countersign.js") && !has_hashed_name("favicon.svg"));
    }

    #[test]
    fn encodings_are_negotiated() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br;q=0, deflate"));
        assert!(accepts(&headers, "gzip") && !accepts(&headers, "br"));
    }
}
