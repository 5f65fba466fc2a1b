//! What was typed comes back when a plain form is refused: the page that shows the error fills its fields from
//! `__form` in its address. Short forms only, and never a password or a token.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Longest form that is put into an address, in bytes.
const MAX_ECHO: usize = 4096;
/// Fields whose names hold one of these words are left out.
const SECRET: [&str; 5] = ["password", "token", "secret", "current", "[new]"];

pub async fn echo(request: Request, next: Next) -> Response {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // The body layer has read and bounded it before.
    let typed: Bytes = to_bytes(body, super::body::MAX_BODY).await.unwrap_or_default();
    let mut response = next.run(Request::from_parts(parts, Body::from(typed.clone()))).await;
    let place = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    if let Some(place) = place.and_then(latest).and_then(|place| with_form(&place, &typed))
        && let Ok(value) = HeaderValue::from_str(&place)
    {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// The address with the last error alone: a form that is refused again and again is sent back with all of them.
/// `None`: it carries no error.
fn latest(place: &str) -> Option<String> {
    let (path, query) = place.split_once('?')?;
    let mut others = form_urlencoded::Serializer::new(String::new());
    let (mut error, mut function) = (None, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "__err" => error = Some(value),
            "__path" => function = Some(value),
            "__form" => {}
            _ => drop(others.append_pair(&name, &value)),
        }
    }
    if let Some(function) = function {
        others.append_pair("__path", &function);
    }
    others.append_pair("__err", &error?);
    Some(format!("{path}?{}", others.finish()))
}

fn with_form(place: &str, typed: &[u8]) -> Option<String> {
    let mut kept = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(typed) {
        let lower = name.to_ascii_lowercase();
        // How many tokens a model may use is no secret.
        let secret = SECRET.iter().any(|word| lower.contains(word)) && !lower.contains("[tokensper");
        if !secret {
            kept.append_pair(&name, &value);
        }
    }
    let kept = kept.finish();
    (kept.len() <= MAX_ECHO).then(|| {
        let echoed: String = form_urlencoded::byte_serialize(kept.as_bytes()).collect();
        format!("{place}&__form={echoed}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_refused_twice_shows_the_second_error_alone() {
        let twice = "/records?q=a%20b&__path=%2Fone&__err=first&__form=x%3D1&__path=%2Ftwo&__err=second";
        assert_eq!(latest(twice).unwrap(), "/records?q=a+b&__path=%2Ftwo&__err=second");
        assert_eq!(latest("/records?q=a"), None);
        assert_eq!(latest("/records"), None);
    }

    #[test]
    fn what_was_typed_comes_back_but_no_secret() {
        let place =
            with_form("/sign-in?__err=x", b"input%5Bemail%5D=a%40b.c&input%5Bpassword%5D=hunter2").unwrap();
        assert!(place.starts_with("/sign-in?__err=x&__form="));
        assert!(place.contains("email") && !place.contains("hunter2"));
        let place =
            with_form("/settings?__err=x", b"input%5Bcurrent%5D=hunter1&input%5Bnew%5D=hunter2").unwrap();
        assert!(!place.contains("hunter"));
        assert!(with_form("/x?__err=", &[b'a'; 9000]).is_none());
    }
}
