//! The browser's end of a server function: sends the body, reads the answer.
//!
//! One sender for all functions and forms. Only [`read`] is built for each type, and it reads from text, as the
//! page's own data is read.

use crate::domain::AppError;
use serde::de::DeserializeOwned;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// The content type of a form's body.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Posts `body` to the function at `path`: the text of its answer, or why it refused.
///
/// On the server: not available; there a function is called directly.
#[cfg(feature = "hydrate")]
pub async fn call(path: &str, content_type: &str, body: String) -> Result<String, AppError> {
    use server_fn::client::{Client, browser::BrowserClient};
    use server_fn::request::{ClientReq, browser::BrowserRequest};
    // Who accepts JSON is never sent on to a page, even with the body of a form.
    let request =
        <BrowserRequest as ClientReq<AppError>>::try_new_post(path, content_type, "application/json", body)?;
    settle(<BrowserClient as Client<AppError>>::send(request).await?).await
}

#[cfg(feature = "hydrate")]
async fn settle(response: impl server_fn::response::ClientRes<AppError>) -> Result<String, AppError> {
    let (status, location) = (response.status(), response.location());
    let sent_on = response.has_redirect() || (300..400).contains(&status);
    let text = response.try_into_string().await?;
    if (400..600).contains(&status) {
        return Err(AppError::de(text.into()));
    }
    if sent_on {
        server_fn::redirect::call_redirect_hook(&location);
    }
    Ok(text)
}

#[cfg(not(feature = "hydrate"))]
pub async fn call(_path: &str, _content_type: &str, _body: String) -> Result<String, AppError> {
    Err(AppError::Unavailable { detail: "A server function is called directly on the server.".to_owned() })
}

/// Reads an answer's text.
pub fn read<T: DeserializeOwned>(answer: &str) -> Result<T, AppError> {
    serde_json::from_str(answer).map_err(|e| unreadable(&e))
}

fn unreadable(e: &serde_json::Error) -> AppError {
    AppError::from_server_fn_error(ServerFnErrorErr::Deserialization(e.to_string()))
}

/// The error of arguments that cannot be written.
pub fn unwritable(e: &serde_json::Error) -> AppError {
    AppError::from_server_fn_error(ServerFnErrorErr::Serialization(e.to_string()))
}
