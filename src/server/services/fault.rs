//! From storage faults to what a caller may see: the cause is logged here, the caller gets a reference to it.

use crate::domain::AppError;
use crate::server::storage::StorageError;

impl From<StorageError> for AppError {
    fn from(fault: StorageError) -> Self {
        if let StorageError::Database(cause) = &fault
            && crate::server::storage::error::is_overload(cause)
        {
            tracing::warn!(%fault, "the database has no free connection");
            return Self::Unavailable { detail: "The database is busy. Try again in a moment.".to_owned() };
        }
        internal(&fault)
    }
}

/// Logs what failed under a fresh reference, and gives the caller only the reference.
pub fn internal(fault: &dyn std::error::Error) -> AppError {
    let request_id = uuid::Uuid::new_v4().simple().to_string();
    tracing::error!(request_id, fault = %fault, "internal error");
    AppError::Internal { request_id }
}
