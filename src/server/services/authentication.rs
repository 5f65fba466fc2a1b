//! From a credential to a [`Principal`]: one query each, with expiry by the database's time.

use super::ctx::{Credential, Holder, Principal};
use super::secrets;
use crate::domain::ids::{TokenId, WorkspaceId};
use crate::domain::{AppError, AppResult};
use crate::server::storage::sessions::SessionHolder;
use crate::server::storage::tokens::{Holding, TokenHolder};
use crate::server::storage::{Db, StorageError};

/// Secrets of ours are shorter; longer ones are not worth hashing.
const MAX_SECRET: usize = 128;

/// The person of a session cookie.
pub async fn authenticate_session(db: &Db, token: &str) -> AppResult<Principal> {
    if token.is_empty() || token.len() > MAX_SECRET {
        return Err(AppError::Unauthenticated);
    }
    let found = db.session_find(&secrets::hash(token)).await?;
    found.map(Principal::from).ok_or(AppError::Unauthenticated)
}

/// The agent or person of a bearer token. That it was used is noted at most once a minute, after the answer.
pub async fn authenticate_bearer(db: &Db, token: &str) -> AppResult<Principal> {
    if !token.starts_with("cs_") || token.len() > MAX_SECRET {
        return Err(AppError::Unauthenticated);
    }
    let found = db.token_find(&secrets::hash(token)).await?.ok_or(AppError::Unauthenticated)?;
    if found.use_is_stale {
        let (db, workspace, id) = (db.clone(), found.workspace_id, found.token_id);
        tokio::spawn(async move {
            if let Err(fault) = note_use(&db, workspace, id).await {
                tracing::debug!(%fault, token = %id, "the use of a token was not noted");
            }
        });
    }
    Ok(found.into())
}

/// No change of state that anybody decided: no audit row, no event.
async fn note_use(db: &Db, workspace: WorkspaceId, token: TokenId) -> Result<(), StorageError> {
    let mut tx = db.begin().await?;
    tx.token_note_use(workspace, token).await?;
    tx.commit().await
}

impl From<SessionHolder> for Principal {
    fn from(found: SessionHolder) -> Self {
        Self {
            workspace_id: found.workspace_id,
            holder: Holder::Human {
                user_id: found.user_id,
                name: found.name,
                role: found.role,
                hold_seconds: found.hold_seconds,
            },
            credential: Credential::Session(found.session_id),
        }
    }
}

impl From<TokenHolder> for Principal {
    fn from(found: TokenHolder) -> Self {
        let holder = match found.holder {
            Holding::Agent { id, name, owner_id } => Holder::Agent { agent_id: id, name, owner_id },
            Holding::Person { id, name, role, hold_seconds } => {
                Holder::Human { user_id: id, name, role, hold_seconds }
            }
        };
        Self {
            workspace_id: found.workspace_id,
            holder,
            credential: Credential::Token { id: found.token_id, scopes: found.scopes },
        }
    }
}
