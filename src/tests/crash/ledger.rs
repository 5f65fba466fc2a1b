//! The outside world: a receiver of webhooks that keeps every call. It answers well, late, badly or not at all, by
//! the approval's id, so that one approval always meets the same.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the ledger says about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Done,
    /// The effect happened; the answer says 500.
    Broken,
    /// The effect happened; the connection ends without an answer.
    Dropped,
    /// No effect: 422.
    Refused,
}

#[derive(Clone, Debug)]
pub struct Call {
    pub approval: String,
    pub body: String,
    pub answer: Answer,
}

#[derive(Clone)]
pub struct Ledger {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Ledger {
    /// `slow`: how long the slower half of the answers takes at most.
    pub async fn start(slow: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ledger = Self { address: listener.local_addr().unwrap(), calls: Arc::default() };
        let calls = ledger.calls.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, calls.clone(), slow));
            }
        });
        ledger
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// All calls by approval.
    pub fn calls(&self) -> HashMap<String, Vec<Call>> {
        let mut by_approval: HashMap<String, Vec<Call>> = HashMap::new();
        for call in self.calls.lock().unwrap().iter() {
            by_approval.entry(call.approval.clone()).or_default().push(call.clone());
        }
        by_approval
    }
}

async fn serve(mut stream: TcpStream, calls: Arc<Mutex<Vec<Call>>>, slow: Duration) {
    let Some((approval, body)) = read_call(&mut stream).await else { return };
    // FNV-1a.
    let dice = approval
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let answer = match dice % 20 {
        0 => Answer::Broken,
        1 => Answer::Dropped,
        2 => Answer::Refused,
        _ => Answer::Done,
    };
    let wait =
        if dice & 0x100 == 0 { Duration::ZERO } else { slow.mul_f64((dice >> 9 & 0xff) as f64 / 255.0) };
    // Half of the waiting lies before the effect, half after it.
    tokio::time::sleep(wait / 2).await;
    calls.lock().unwrap().push(Call { approval, body, answer });
    tokio::time::sleep(wait / 2).await;
    let status = match answer {
        Answer::Done => "200 OK",
        Answer::Broken => "500 Internal Server Error",
        Answer::Refused => "422 Unprocessable Content",
        Answer::Dropped => return,
    };
    let _ = stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}").as_bytes()).await;
}

/// The `webhook-id` and the body of a whole request; a half one is no call.
async fn read_call(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).ok()?;
    let header = |wanted: &str| {
        head.split("\r\n")
            .filter_map(|line| line.split_once(": "))
            .find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then(|| value.to_owned()))
    };
    let length: usize = header("content-length")?.parse().ok()?;
    let mut body = bytes[head_end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((header("webhook-id")?, String::from_utf8(body).ok()?))
}
