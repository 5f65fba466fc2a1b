//! One e-mail as one file of a maildir (cr.yp.to/proto/maildir.html). The file's name comes from the e-mail's id, and it
//! enters `new` by a hard link, which fails where the name exists: a second sending cannot make a second file.

use super::message::Composed;
use crate::server::actions::outside::Delivery;
use serde_json::json;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

#[derive(Clone)]
pub struct Maildir {
    path: PathBuf,
}

impl Maildir {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub async fn send(&self, id: Uuid, message: Composed, limit: Duration) -> Delivery {
        let folder = self.clone();
        off_the_runtime(limit, move || folder.deliver(id, &message)).await
    }

    pub async fn ask(&self, id: Uuid, limit: Duration) -> Delivery {
        let folder = self.clone();
        off_the_runtime(limit, move || match folder.find(&file_name(id)) {
            Ok(Some(file)) => done(&file, None),
            Ok(None) => Delivery::Unknown(
                "The e-mail is not in the mail folder: it was not delivered, or a reader has removed it."
                    .to_owned(),
            ),
            Err(error) => Delivery::Unknown(format!("The mail folder could not be read: {error}.")),
        })
        .await
    }

    fn deliver(&self, id: Uuid, message: &Composed) -> Delivery {
        let name = file_name(id);
        let refused = |error: io::Error| Delivery::Refused(format!("The e-mail was not written: {error}."));
        match self.prepare().and_then(|()| self.find(&name)) {
            Ok(Some(file)) => return done(&file, Some(message)),
            Ok(None) => {}
            Err(error) => return refused(error),
        }
        let draft = match self.write_draft(&name, &message.bytes) {
            Ok(draft) => draft,
            Err(error) => return refused(error),
        };
        let linked = fs::hard_link(&draft, self.path.join("new").join(&name));
        // What is left in tmp is cleaned by readers after 36 hours; it was never delivered.
        let _ = fs::remove_file(&draft);
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            // Over a network a link can be made and its answer lost.
            Err(error) => match self.find(&name) {
                Ok(Some(_)) => {}
                Ok(None) => return refused(error),
                Err(_) => return Delivery::Unknown(format!("The e-mail may have been written: {error}.")),
            },
        }
        match sync(&self.path.join("new")) {
            Ok(()) => done(&name, Some(message)),
            Err(error) => Delivery::Unknown(format!("The e-mail was written and may not last: {error}.")),
        }
    }

    /// Makes the three folders where they are missing, readable for their owner alone.
    fn prepare(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let mut made = false;
        for part in ["tmp", "new", "cur"] {
            let folder = self.path.join(part);
            if !folder.is_dir() {
                builder.create(&folder)?;
                made = true;
            }
        }
        if made { sync(&self.path) } else { Ok(()) }
    }

    /// The whole message in `tmp`, on the disk.
    fn write_draft(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        static DRAFTS: AtomicU64 = AtomicU64::new(0);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let (path, mut file) = loop {
            let draft = DRAFTS.fetch_add(1, Ordering::Relaxed);
            let path = self.path.join("tmp").join(format!("{name}.{}.{draft}", std::process::id()));
            match options.open(&path) {
                Ok(file) => break (path, file),
                // An earlier process with our number died here.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        };
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(path)
    }

    /// The file's name now, wherever readers have moved it. They move from `new` to `cur` and add flags to the name,
    /// so that looking in this order misses nothing.
    fn find(&self, name: &str) -> io::Result<Option<String>> {
        if self.path.join("new").join(name).try_exists()? {
            return Ok(Some(name.to_owned()));
        }
        let read = match fs::read_dir(self.path.join("cur")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read?,
        };
        for entry in read {
            if let Some(found) = entry?.file_name().to_str()
                && found.starts_with(name)
            {
                return Ok(Some(found.to_owned()));
            }
        }
        Ok(None)
    }
}

/// Seconds, something unique, host: the time is the id's own, so that the name is always the same.
fn file_name(id: Uuid) -> String {
    let seconds = id.get_timestamp().map_or(0, |time| time.to_unix().0);
    format!("{seconds}.{id}.countersign")
}

fn done(file: &str, message: Option<&Composed>) -> Delivery {
    let mut result = json!({"transport": "maildir", "file": file});
    if let (Some(message), Some(map)) = (message, result.as_object_mut()) {
        map.insert("messageId".to_owned(), message.message_id.clone().into());
    }
    Delivery::Done(result)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file system can hang; the thread then stays, and what it does becomes unknown.
async fn off_the_runtime(limit: Duration, work: impl FnOnce() -> Delivery + Send + 'static) -> Delivery {
    match tokio::time::timeout(limit, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(delivery)) => delivery,
        Ok(Err(_)) => Delivery::Unknown("Writing the e-mail broke off.".to_owned()),
        Err(_) => {
            Delivery::Unknown(format!("The mail folder did not answer within {} s.", limit.as_secs_f32()))
        }
    }
}
