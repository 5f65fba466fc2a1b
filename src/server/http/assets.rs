//! The site's files, inside the binary (read from disk in a debug build): scripts, WASM, styles, `public/`.
//!
//! The files of a build name each other, so they belong together: a page loads all of them from one folder whose
//! name says which build it is, `/pkg/<version>/`, and may keep them for good. (cargo-leptos can put a hash into
//! each name instead, but takes it before it writes those names into the files.)

use crate::ui::pages::LateFile;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::OnceLock;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/target/site"]
#[allow_missing = true]
struct Site;

const FOREVER: &str = "public, max-age=31536000, immutable";

/// Addresses of the files that a page loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    pub css: String,
    pub js: String,
    /// Fetches what comes late; `js` imports it.
    pub loader: String,
    pub wasm: String,
    folder: String,
}

impl Bundle {
    fn of(version: &str) -> Self {
        let folder = if version.is_empty() { "/pkg".to_owned() } else { format!("/pkg/{version}") };
        Self {
            css: format!("{folder}/countersign.css"),
            js: format!("{folder}/countersign.js"),
            loader: format!("{folder}/__wasm_split.______________________.js"),
            wasm: format!("{folder}/countersign.wasm"),
            folder,
        }
    }

    /// A file with code that comes late.
    pub fn late(&self, file: LateFile) -> String {
        format!("{}/split_{}.wasm", self.folder, file.name())
    }

    /// The text of the `<script type="module">` that hydrates the page.
    pub fn hydration_script(&self) -> String {
        format!(
            "import init,{{hydrate}} from {:?};init({{module_or_path:{:?}}}).then(()=>hydrate());",
            self.js, self.wasm
        )
    }
}

/// The files of this build.
pub fn bundle() -> &'static Bundle {
    static BUNDLE: OnceLock<Bundle> = OnceLock::new();
    BUNDLE.get_or_init(|| Bundle::of(version()))
}

/// The version of the files under `pkg/`; empty in a debug build, whose files may change while it runs.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        if cfg!(debug_assertions) {
            return String::new();
        }
        let names = Site::iter().filter(|name| name.starts_with("pkg/"));
        let mut files: Vec<_> = names
            .filter_map(|name| Site::get(&name).map(|file| (name.into_owned(), file.metadata.sha256_hash())))
            .collect();
        files.sort();
        version_of(&files)
    })
}

fn version_of(files: &[(String, [u8; 32])]) -> String {
    let mut all = Sha256::new();
    for (name, hash) in files {
        all.update(name.as_bytes());
        all.update(hash);
    }
    hex::encode(&all.finalize()[..8])
}

/// The file at the address `path`, and whether the address stands for this very file for good.
fn file_at<'a>(path: &'a str, version: &str) -> (Cow<'a, str>, bool) {
    let ours = path
        .strip_prefix("pkg/")
        .and_then(|path| path.strip_prefix(version))
        .and_then(|path| path.strip_prefix('/'));
    match ours {
        Some(name) => (format!("pkg/{name}").into(), true),
        None => (path.into(), false),
    }
}

/// A file of the site by its path without the first slash.
pub fn serve(path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.is_empty() || path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let (path, forever) = file_at(path, version());
    let (file, encoding) = negotiate(&path, headers)?;
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
        out.insert(header::CONTENT_TYPE, content_type(&path));
        if let Some(encoding) = encoding {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    let cache = if forever { FOREVER } else { super::headers::REVALIDATE };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    Some(response)
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
    fn a_version_is_a_folder_of_its_own() {
        let files = |hash| {
            [("pkg/countersign.js".to_owned(), [1; 32]), ("pkg/split_late.wasm".to_owned(), [hash; 32])]
        };
        let version = version_of(&files(2));
        assert_ne!(version, version_of(&files(3)), "any file makes another version");

        let js = Bundle::of(&version).js;
        assert_eq!(file_at(js.trim_start_matches('/'), &version), ("pkg/countersign.js".into(), true));
        let older = format!("pkg/{}/countersign.js", version_of(&files(3)));
        assert_eq!(file_at(&older, &version), (older.as_str().into(), false), "no such file");
        assert_eq!(file_at("pkg/countersign.js", &version), ("pkg/countersign.js".into(), false));
        assert_eq!(file_at("favicon.svg", &version), ("favicon.svg".into(), false));
    }

    #[test]
    fn without_a_version_nothing_is_kept_for_good() {
        let js = Bundle::of("").js;
        assert_eq!(file_at(js.trim_start_matches('/'), ""), ("pkg/countersign.js".into(), false));
    }

    #[test]
    fn encodings_are_negotiated() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br;q=0, deflate"));
        assert!(accepts(&headers, "gzip") && !accepts(&headers, "br"));
    }
}
