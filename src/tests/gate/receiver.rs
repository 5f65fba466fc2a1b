//! A receiver of webhooks and of push messages on a real socket, which answers what it is told to.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    answer: Arc<Mutex<(u16, Option<u32>)>>,
    /// How long it takes to answer.
    thinks: Duration,
    received: Arc<Mutex<Vec<Received>>>,
}

#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Receiver {
    pub async fn start() -> Self {
        Self::start_slow(Duration::ZERO).await
    }

    pub async fn start_slow(thinks: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            address: listener.local_addr().unwrap(),
            answer: Arc::new(Mutex::new((200, None))),
            thinks,
            received: Arc::default(),
        };
        let kept = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                tokio::spawn(async move { answer(stream, &kept).await });
            }
        });
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://{}/services/T000/B000/secret", self.address)
    }

    pub fn answers(&self, status: u16) {
        *self.answer.lock().unwrap() = (status, None);
    }

    /// Too many requests: come back after so many seconds.
    pub fn asks_to_wait(&self, seconds: u32) {
        *self.answer.lock().unwrap() = (429, Some(seconds));
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn answer(mut stream: TcpStream, receiver: &Receiver) -> Option<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut headers = HeaderMap::new();
    for line in head.split("\r\n").skip(1) {
        let (name, value) = line.split_once(": ")?;
        let name: HeaderName = name.parse().ok()?;
        headers.insert(name, HeaderValue::from_str(value).ok()?);
    }
    let length: usize = headers.get("content-length")?.to_str().ok()?.parse().ok()?;
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let path = head.split(' ').nth(1)?.to_owned();
    receiver.received.lock().unwrap().push(Received { path, headers, body });
    tokio::time::sleep(receiver.thinks).await;
    let (status, wait) = *receiver.answer.lock().unwrap();
    let wait = wait.map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
    let text = format!("HTTP/1.1 {status} X\r\n{wait}content-length: 2\r\nconnection: close\r\n\r\nok");
    stream.write_all(text.as_bytes()).await.ok()
}
