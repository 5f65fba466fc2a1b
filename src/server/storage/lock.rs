//! One process per SQLite file: a second one would reap the first one's jobs at its start.

use super::StorageError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Holds the file as long as it lives. The operating system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Takes `<path>.lock` for this process, or says who has it.
pub fn hold(path: &Path) -> Result<DataLock, StorageError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = PathBuf::from(name);
    let failed = |cause: std::io::Error| {
        StorageError::Settings(format!("The lock file {} cannot be used: {cause}.", lock.display()))
    };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(DataLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(StorageError::Settings(format!(
            "Another countersign process is using {}. Stop it first, or give this one another --data-dir.",
            path.display()
        ))),
        Err(TryLockError::Error(cause)) => Err(failed(cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_holder_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("countersign.db");
        let first = hold(&path).unwrap();
        let refused = hold(&path).unwrap_err().to_string();
        assert!(refused.starts_with("Another countersign process is using"), "{refused}");
        drop(first);
        hold(&path).unwrap();
    }
}
