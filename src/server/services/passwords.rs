//! Argon2id, two hashes at a time, so that a rush of sign-ins leaves the node its memory and its other threads.

use super::fault::internal;
use crate::domain::{AppError, AppResult};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

static HASHERS: Semaphore = Semaphore::const_new(2);
const PATIENCE: Duration = Duration::from_secs(10);

/// Checked when nobody has the address, so that the answer takes as long as it does for a wrong password.
/// The hash of 32 random bytes that nobody kept, with the same parameters as every other.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$YVqUCUIFQkfNgHSsZTgJYQ$ZKIowqlU3mPcU5yd0mMTVkhzqNIYHqQWQxJrKrOAbm8";

/// A turn at hashing. Who checks a password holds it from the look at the limit to the record of the failure, so
/// that guesses sent at once cannot all pass the limit before one is counted.
pub struct Turn {
    _permit: SemaphorePermit<'static>,
}

/// Waits for a turn; [`AppError::Unavailable`] after ten seconds.
pub async fn turn() -> AppResult<Turn> {
    match tokio::time::timeout(PATIENCE, HASHERS.acquire()).await {
        Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
        Ok(Err(_)) | Err(_) => Err(AppError::Unavailable {
            detail: "Too many people are signing in. Try again in a moment.".to_owned(),
        }),
    }
}

/// The PHC string of a password, with OWASP's parameters (19 MiB, 2 passes), which are the library's defaults.
pub async fn hash(turn: Turn, password: String) -> AppResult<(Turn, String)> {
    blocking(turn, move || {
        let hash: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|fault| internal(&fault))
    })
    .await
}

/// Is this the password of `hash`? `None`: nobody's.
pub async fn verify(turn: Turn, password: String, hash: Option<String>) -> AppResult<(Turn, bool)> {
    blocking(turn, move || {
        let known = hash.is_some();
        let hash = hash.as_deref().unwrap_or(NOBODY);
        let hash = PasswordHash::new(hash).map_err(|fault| internal(&fault))?;
        let right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        Ok(known && right)
    })
    .await
}

/// The turn goes with the work: a caller who leaves does not let a third hash start.
async fn blocking<T: Send + 'static>(
    turn: Turn,
    work: impl FnOnce() -> AppResult<T> + Send + 'static,
) -> AppResult<(Turn, T)> {
    let done = tokio::task::spawn_blocking(move || (turn, work())).await;
    let (turn, result) = done.map_err(|fault| internal(&fault))?;
    Ok((turn, result?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_only_against_its_own_hash() {
        let (turn, hash) = hash(turn().await.unwrap(), "correct horse battery".into()).await.unwrap();
        let parameters = |hash: &str| hash.rsplitn(3, '$').nth(2).map(str::to_owned);
        assert_eq!(parameters(&hash), parameters(NOBODY), "nobody's hash must cost the same");
        let (turn, right) = verify(turn, "correct horse battery".into(), Some(hash.clone())).await.unwrap();
        let (turn, wrong) = verify(turn, "correct horse batterz".into(), Some(hash)).await.unwrap();
        let (_, nobody) = verify(turn, "correct horse battery".into(), None).await.unwrap();
        assert_eq!((right, wrong, nobody), (true, false, false));
    }
}
