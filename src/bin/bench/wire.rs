//! A client that costs next to nothing, because it shares the cores with what it measures: HTTP/1.1 on one kept
//! connection, bodies of a known length or in pieces.

use crate::Outcome;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Wire {
    stream: TcpStream,
    address: SocketAddr,
    read: Vec<u8>,
}

impl Wire {
    pub async fn connect(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, address, read: Vec::new() })
    }

    pub async fn get(&mut self, path: &str, token: &str) -> Outcome<Vec<u8>> {
        self.send("GET", path, token, "").await
    }

    pub async fn get_json(&mut self, path: &str, token: &str) -> Outcome<Value> {
        Ok(serde_json::from_slice(&self.get(path, token).await?)?)
    }

    pub async fn post(&mut self, path: &str, token: &str, body: &str) -> Outcome<Vec<u8>> {
        self.send("POST", path, token, body).await
    }

    /// Reads an answer of any length and keeps nothing of it: its bytes and its lines.
    pub async fn count(&mut self, path: &str, token: &str) -> Outcome<(u64, u64)> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n",
            self.address
        );
        self.stream.write_all(request.as_bytes()).await?;
        let (mut bytes, mut lines, mut last) = (0, 0, 0);
        let mut part = vec![0; 64 * 1024];
        let mut head = Vec::new();
        loop {
            let read = self.stream.read(&mut part).await?;
            if read == 0 {
                break;
            }
            if head.is_empty() {
                head.extend_from_slice(&part[..read.min(64)]);
            }
            bytes += read as u64;
            for &byte in &part[..read] {
                // The lines of the head and those around each piece end in a carriage return, too.
                lines += u64::from(byte == b'\n' && last != b'\r');
                last = byte;
            }
        }
        if !head.starts_with(b"HTTP/1.1 200") {
            return Err(format!("GET {path}: {}", String::from_utf8_lossy(&head)).into());
        }
        Ok((bytes, lines))
    }

    /// The body of a 2xx answer; anything else is an error.
    async fn send(&mut self, method: &str, path: &str, token: &str, body: &str) -> Outcome<Vec<u8>> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let head_end = loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.read[..head_end]).into_owned();
        let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let length = head.split("\r\n").filter_map(|line| line.split_once(": ")).find_map(|(name, value)| {
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>())
        });
        let end = match length {
            Some(length) => head_end + length?,
            // Nobody looks into a page's body: where it ends is enough.
            None if chunked => loop {
                if self.read.ends_with(b"\r\n0\r\n\r\n") {
                    break self.read.len();
                }
                self.more().await?;
            },
            None => return Err(format!("{method} {path}: no content-length").into()),
        };
        while self.read.len() < end {
            self.more().await?;
        }
        let answer = self.read[head_end..end].to_vec();
        self.read.drain(..end);
        match head.as_bytes().get(9) {
            Some(b'2') => Ok(answer),
            _ => {
                let status = head.lines().next().unwrap_or_default();
                Err(format!("{method} {path}: {status}: {}", String::from_utf8_lossy(&answer)).into())
            }
        }
    }

    async fn more(&mut self) -> Outcome<()> {
        match self.stream.read_buf(&mut self.read).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }
}
