//! A mail server on a real socket (RFC 5321) that keeps what it accepts, and refuses or dies when told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Accepts,
    /// Answers each message with 451.
    Refuses,
    /// Takes the whole message and closes without a word.
    Dies,
}

#[derive(Clone)]
pub struct MailServer {
    pub address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    /// How long it takes to say that it has accepted.
    thinks: Duration,
    accepted: Arc<Mutex<Vec<Mail>>>,
}

/// A message that the server took.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    /// Headers and body, with soft line breaks undone.
    pub text: String,
}

impl Mail {
    pub fn header(&self, name: &str) -> &str {
        let prefix = format!("{name}: ");
        self.text.lines().find_map(|line| line.strip_prefix(prefix.as_str())).unwrap_or_default()
    }

    /// The first link of this kind.
    pub fn link(&self) -> String {
        let start = self.text.find("/n/").expect("a link");
        let token: String = self.text[start + 3..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
            .collect();
        format!("/n/{token}")
    }
}

impl MailServer {
    pub async fn start() -> Self {
        Self::start_slow(Duration::ZERO).await
    }

    pub async fn start_slow(thinks: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            mood: Arc::new(Mutex::new(Mood::Accepts)),
            thinks,
            accepted: Arc::default(),
        };
        let kept = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                tokio::spawn(async move { converse(stream, &kept).await });
            }
        });
        server
    }

    pub fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Forgets what it accepted, for the next database.
    pub fn forget(&self) {
        self.accepted.lock().unwrap().clear();
    }

    pub fn accepted(&self) -> Vec<Mail> {
        self.accepted.lock().unwrap().clone()
    }
}

async fn converse(stream: TcpStream, server: &MailServer) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut to = String::new();
    write.write_all(b"220 mail.example ESMTP\r\n").await.ok()?;
    loop {
        let line = lines.next_line().await.ok()??;
        let word = line.split([' ', ':']).next()?.to_uppercase();
        let answer = match word.as_str() {
            "RCPT" => {
                to = line.split(['<', '>']).nth(1)?.to_owned();
                "250 ok"
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                loop {
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push('\n');
                }
                let text = text.replace("=\n", "").replace("=3D", "=");
                let mood = *server.mood.lock().unwrap();
                if mood != Mood::Refuses {
                    server.accepted.lock().unwrap().push(Mail { to: to.clone(), text });
                }
                tokio::time::sleep(server.thinks).await;
                match mood {
                    Mood::Accepts => "250 kept",
                    Mood::Refuses => "451 not now",
                    Mood::Dies => return None,
                }
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await.ok()?;
                return None;
            }
            _ => "250 ok",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
}
