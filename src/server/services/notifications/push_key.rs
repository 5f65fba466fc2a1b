//! The installation's key for push services: made once at the first start, as the one that signs checkpoints, and shared
//! by all nodes. Another key would end every subscription, because browsers are bound to the one they were given.

use crate::domain::push::PushKey;
use crate::domain::{AppError, AppResult};
use crate::server::actions::outside::push::{BadVapidKey, VapidKey};
use crate::server::services::ctx::{Allowed, OwnAccount};
use crate::server::storage::{Db, StorageError};

/// The key's name among those that the installation keeps.
const NAME: &str = "push";

/// The installation's key, made if there is none yet. Not for a request that only reads.
pub async fn push_key_of(db: &Db) -> Result<VapidKey, StorageError> {
    if let Some(kept) = push_key_kept(db).await? {
        return Ok(kept);
    }
    let made = VapidKey::generate().map_err(unusable)?;
    let mut tx = db.begin().await?;
    tx.installation_key_insert(NAME, &made).await?;
    tx.commit().await?;
    // Another node's may have been first.
    push_key_kept(db).await?.ok_or_else(|| unusable(BadVapidKey))
}

async fn push_key_kept(db: &Db) -> Result<Option<VapidKey>, StorageError> {
    let kept = db.read().await?.installation_key(NAME).await?;
    kept.map(|kept| VapidKey::read(&kept).map_err(unusable)).transpose()
}

fn unusable(fault: BadVapidKey) -> StorageError {
    StorageError::Settings(fault.to_string())
}

/// What a browser subscribes with.
pub async fn push_key(allowed: &Allowed<OwnAccount>, db: &Db) -> AppResult<PushKey> {
    super::person(allowed)?;
    let key = push_key_kept(db).await?;
    let key = key.ok_or_else(|| AppError::Unavailable { detail: "Countersign is starting.".to_owned() })?;
    Ok(PushKey { public_key: key.public_key() })
}
