//! What handlers take: the permission, the input, the version. Each refuses with a [`Problem`](super::problem::Problem).

mod allowed;
mod json;
mod path;
mod query;
mod query_de;
mod version;

pub use json::{Json, read_strict};
pub use path::Path;
pub use query::Query;
pub use version::{IfMatch, Versioned, etag};

use serde_path_to_error::{Path as ErrorPath, Segment};

/// Longest part of somebody else's message that is passed on; it may quote the input.
const MESSAGE_MAX: usize = 300;

/// The JSON Pointer of a place that serde names.
fn pointer(path: &ErrorPath) -> String {
    let mut out = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => out.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                out.push('/');
                out.push_str(&crate::domain::canonical::escape(key));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    out
}

fn shorten(message: &str) -> String {
    match message.char_indices().nth(MESSAGE_MAX) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// The name between the first pair of backticks, as serde writes `unknown field `x`` and `missing field `x``.
fn quoted_field<'a>(message: &'a str, what: &str) -> Option<&'a str> {
    message.strip_prefix(what)?.strip_prefix(" `")?.split('`').next()
}
