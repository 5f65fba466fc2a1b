//! Mail into a maildir, and to a small SMTP server that refuses, stalls or dies wherever it is told to.

use crate::{done, id, refused, unknown};
use countersign::server::actions::outside::Delivery;
use countersign::server::actions::outside::mail::{MailSettings, Mailer, OutgoingMail, TlsMode};
use countersign::server::clock::Clock;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

fn letter() -> OutgoingMail {
    OutgoingMail {
        to: vec!["ada@example.com".to_owned()],
        cc: vec!["alan@example.com".to_owned()],
        bcc: vec!["hidden@example.com".to_owned()],
        reply_to: None,
        subject: "Grüße".to_owned(),
        body: "Dear Ada,\n.\nhello\n".to_owned(),
    }
}

/// What the server does when a phase comes.
#[derive(Clone, Copy, PartialEq)]
enum Act {
    Say(&'static str),
    Die,
    Stall,
}

/// The commands, and two phases of the message: `content` is its first line, `end` is the final dot.
#[derive(Clone, Copy)]
struct Fault {
    phase: &'static str,
    act: Act,
}

#[derive(Default)]
struct Seen {
    commands: Vec<String>,
    /// Messages the server took responsibility for.
    accepted: Vec<String>,
}

struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    async fn start(fault: Option<Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let kept = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                tokio::spawn(async move { converse(stream, fault, &kept).await });
            }
        });
        Self { address, seen }
    }

    fn mailer_with(&self, tls: TlsMode, user: Option<&str>) -> Mailer {
        let settings = MailSettings::Smtp {
            host: "127.0.0.1".to_owned(),
            port: self.address.port(),
            user: user.map(str::to_owned),
            password: user.map(|_| "secret".to_owned()),
            tls,
            from: "Countersign <bot@acme.example>".to_owned(),
        };
        Mailer::new(&settings, Clock::new()).unwrap().with_time_limit(Duration::from_millis(800))
    }

    fn mailer(&self) -> Mailer {
        self.mailer_with(TlsMode::None, None)
    }

    fn accepted(&self) -> Vec<String> {
        self.seen.lock().unwrap().accepted.clone()
    }
}

async fn converse(stream: TcpStream, fault: Option<Fault>, seen: &Mutex<Seen>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    reply(&mut write, fault, "connect", "220 mail.example ESMTP").await?;
    loop {
        let line = lines.next_line().await.ok()??;
        seen.lock().unwrap().commands.push(line.clone());
        let word = line.split([' ', ':']).next()?.to_uppercase();
        match word.as_str() {
            "EHLO" => reply(&mut write, fault, "EHLO", "250-mail.example\r\n250 AUTH PLAIN").await?,
            "AUTH" => reply(&mut write, fault, "AUTH", "235 welcome").await?,
            "MAIL" => reply(&mut write, fault, "MAIL", "250 ok").await?,
            "RCPT" if line.contains("hidden") => reply(&mut write, fault, "last RCPT", "250 ok").await?,
            "RCPT" => reply(&mut write, fault, "RCPT", "250 ok").await?,
            "DATA" => {
                if reply(&mut write, fault, "DATA", "354 go on").await? != "354 go on" {
                    continue;
                }
                let mut message = String::new();
                loop {
                    let line = lines.next_line().await.ok()??;
                    if message.is_empty() && fault.is_some_and(|f| f.phase == "content") {
                        reply(&mut write, fault, "content", "").await?;
                    }
                    if line == "." {
                        break;
                    }
                    message.push_str(line.strip_prefix('.').unwrap_or(&line));
                    message.push('\n');
                }
                // A server that dies or stalls here has the whole message.
                if !fault.is_some_and(|f| f.phase == "end" && matches!(f.act, Act::Say(_))) {
                    seen.lock().unwrap().accepted.push(message);
                }
                reply(&mut write, fault, "end", "250 queued as 77").await?
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            _ => reply(&mut write, fault, "other", "500 what?").await?,
        };
    }
}

async fn reply(
    write: &mut tokio::net::tcp::OwnedWriteHalf,
    fault: Option<Fault>,
    phase: &str,
    usual: &'static str,
) -> Option<&'static str> {
    let act = fault.filter(|f| f.phase == phase).map_or(Act::Say(usual), |f| f.act);
    match act {
        Act::Say("") => Some(usual),
        Act::Say(text) => {
            write.write_all(format!("{text}\r\n").as_bytes()).await.ok()?;
            Some(text)
        }
        Act::Die => None,
        Act::Stall => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            None
        }
    }
}

async fn send_with(phase: &'static str, act: Act) -> (Delivery, Server) {
    let server = Server::start(Some(Fault { phase, act })).await;
    let delivery = server.mailer_with(TlsMode::None, Some("bot")).send(id(), &letter()).await;
    (delivery, server)
}

#[tokio::test]
async fn a_letter_goes_to_every_recipient_and_keeps_its_bcc() {
    let server = Server::start(None).await;
    let result = done(server.mailer().send(id(), &letter()).await);
    assert_eq!(result["messageId"], format!("<{}@acme.example>", id()));
    assert_eq!(result["answer"], "queued as 77");
    let accepted = server.accepted();
    assert_eq!(accepted.len(), 1);
    assert!(accepted[0].contains(&format!("X-Countersign-Approval: {}\n", id())));
    assert!(accepted[0].contains("\n\nDear Ada,\n.\nhello\n"), "{}", accepted[0]);
    assert!(!accepted[0].contains("hidden"));
    let commands: Vec<String> = server.seen.lock().unwrap().commands.iter().take(6).cloned().collect();
    assert_eq!(
        commands[1..],
        [
            "MAIL FROM:<bot@acme.example>",
            "RCPT TO:<ada@example.com>",
            "RCPT TO:<alan@example.com>",
            "RCPT TO:<hidden@example.com>",
            "DATA",
        ]
    );
    assert_eq!(server.mailer().ask(id()).await, None);
}

#[tokio::test]
async fn before_the_message_every_fault_is_a_refusal() {
    for phase in ["connect", "EHLO", "AUTH", "MAIL", "RCPT", "last RCPT", "DATA"] {
        let acts = [
            Act::Say("421 closing"),
            Act::Say("451 later"),
            Act::Say("550 no"),
            Act::Say("nonsense"),
            Act::Die,
            Act::Stall,
        ];
        for act in acts {
            let (delivery, server) = send_with(phase, act).await;
            refused(delivery);
            let seen = server.seen.lock().unwrap();
            assert!(seen.accepted.is_empty(), "{phase}");
            assert!(seen.commands.iter().all(|line| !line.starts_with("Message-ID")), "{phase}");
        }
    }
    // A server that is out of step gets no message.
    refused(send_with("DATA", Act::Say("250 ok")).await.0);
    refused(send_with("RCPT", Act::Say("354 go on")).await.0);
}

#[tokio::test]
async fn once_the_message_has_begun_only_an_answer_is_definite() {
    for act in [Act::Say("450 later"), Act::Say("550 spam"), Act::Say("554 no"), Act::Say("452 full")] {
        let (delivery, server) = send_with("end", act).await;
        assert!(refused(delivery).contains("refused it"));
        assert!(server.accepted().is_empty());
    }
    for (phase, act) in [
        ("end", Act::Die),
        ("end", Act::Stall),
        ("end", Act::Say("421 lost the server behind me")),
        ("end", Act::Say("354 go on")),
        ("end", Act::Say("nonsense")),
        ("content", Act::Die),
        ("content", Act::Stall),
    ] {
        unknown(send_with(phase, act).await.0);
    }
    let (_, server) = send_with("end", Act::Die).await;
    assert_eq!(server.accepted().len(), 1, "the server had it although no answer came");
}

#[tokio::test]
async fn a_server_without_encryption_or_sign_in_gets_nothing_when_they_are_set() {
    let server = Server::start(None).await;
    refused(server.mailer_with(TlsMode::StartTls, Some("bot")).send(id(), &letter()).await);
    refused(server.mailer_with(TlsMode::Tls, Some("bot")).send(id(), &letter()).await);
    let seen = server.seen.lock().unwrap();
    assert!(seen.accepted.is_empty() && seen.commands.iter().all(|line| !line.starts_with("AUTH")));
}

#[tokio::test]
async fn nobody_listening_is_a_refusal() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = Server { address, seen: Arc::default() };
    refused(server.mailer().send(id(), &letter()).await);
}

#[tokio::test]
async fn an_unsendable_letter_never_reaches_the_server() {
    let server = Server::start(None).await;
    let mut mail = letter();
    mail.to = vec!["ada@example.com>\r\nRCPT TO:<eve@evil.example".to_owned()];
    refused(server.mailer().send(id(), &mail).await);
    let mut mail = letter();
    mail.subject = "a\r\nBcc: eve@evil.example".to_owned();
    refused(server.mailer().send(id(), &mail).await);
    assert!(server.seen.lock().unwrap().commands.is_empty());
}

#[test]
fn settings_that_make_no_sense_are_refused_and_never_print_the_password() {
    let smtp = |from: &str, password: Option<&str>| MailSettings::Smtp {
        host: "mail.example".to_owned(),
        port: 587,
        user: Some("bot".to_owned()),
        password: password.map(str::to_owned),
        tls: TlsMode::StartTls,
        from: from.to_owned(),
    };
    assert!(Mailer::new(&smtp("bot@acme.example", Some("hush")), Clock::new()).is_ok());
    assert!(Mailer::new(&smtp("bot@acme.example", None), Clock::new()).is_err());
    assert!(Mailer::new(&smtp("nobody", Some("hush")), Clock::new()).is_err());
    assert!(!format!("{:?}", smtp("bot@acme.example", Some("hush"))).contains("hush"));
    let read: MailSettings = serde_json::from_str(
        r#"{"kind": "smtp", "host": "mail.example", "port": 465, "tls": "tls", "from": "bot@acme.example"}"#,
    )
    .unwrap();
    assert!(matches!(read, MailSettings::Smtp { tls: TlsMode::Tls, user: None, .. }));
}

fn maildir(path: &Path) -> Mailer {
    let settings = MailSettings::Maildir { path: path.to_owned(), from: "bot@acme.example".to_owned() };
    Mailer::new(&settings, Clock::new()).unwrap()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = ["tmp", "new", "cur"]
        .iter()
        .flat_map(|part| fs::read_dir(folder.join(part)).unwrap().map(move |e| (part, e.unwrap())))
        .map(|(part, entry)| format!("{part}/{}", entry.file_name().to_str().unwrap()))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn sending_twice_makes_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not/yet/there");
    let mailer = maildir(&path);
    unknown(mailer.ask(id()).await.unwrap());
    let first = done(mailer.send(id(), &letter()).await);
    let second = done(mailer.send(id(), &letter()).await);
    assert_eq!(first, second);
    // The second of the approval's UUIDv7.
    let name = format!("new/1740063637.{}.countersign", id());
    assert_eq!(files(&path), std::slice::from_ref(&name));
    let text = fs::read_to_string(path.join(&name)).unwrap();
    assert!(text.contains("Bcc: hidden@example.com\r\n"));
    assert!(text.ends_with("\r\n\r\nDear Ada,\r\n.\r\nhello\r\n"));
    done(mailer.ask(id()).await.unwrap());

    // A reader has seen it.
    fs::rename(path.join(&name), path.join(format!("{}:2,S", name.replacen("new/", "cur/", 1)))).unwrap();
    done(mailer.send(id(), &letter()).await);
    assert_eq!(files(&path).len(), 1);
    assert!(done(mailer.ask(id()).await.unwrap())["file"].as_str().unwrap().ends_with(":2,S"));
    let other = "019523e0-0000-7000-8000-000000000002".parse().unwrap();
    unknown(mailer.ask(other).await.unwrap());
    done(mailer.send(other, &letter()).await);
    assert_eq!(files(&path).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_make_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = maildir(folder.path());
    let sends: Vec<_> = (0..32)
        .map(|_| {
            let mailer = mailer.clone();
            tokio::spawn(async move { mailer.send(id(), &letter()).await })
        })
        .collect();
    for send in sends {
        done(send.await.unwrap());
    }
    assert_eq!(files(folder.path()).len(), 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_a_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    fs::write(&file, "").unwrap();
    refused(maildir(&file).send(id(), &letter()).await);
    unknown(maildir(&file).ask(id()).await.unwrap());

    // `new` is not a folder: the draft is written and cannot be delivered.
    let path = folder.path().join("maildir");
    for part in ["tmp", "cur"] {
        fs::create_dir_all(path.join(part)).unwrap();
    }
    fs::write(path.join("new"), "").unwrap();
    refused(maildir(&path).send(id(), &letter()).await);
    assert!(fs::read_dir(path.join("tmp")).unwrap().next().is_none());
}

#[tokio::test]
async fn a_draft_left_by_a_crash_stands_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = maildir(folder.path());
    done(mailer.send(id(), &letter()).await);
    let delivered = files(folder.path()).pop().unwrap();
    fs::remove_file(folder.path().join(&delivered)).unwrap();
    let name = delivered.strip_prefix("new/").unwrap();
    for draft in 0..64 {
        let left = folder.path().join(format!("tmp/{name}.{}.{draft}", std::process::id()));
        fs::write(left, "half a mess").unwrap();
    }
    unknown(mailer.ask(id()).await.unwrap());
    done(mailer.send(id(), &letter()).await);
    assert!(fs::read_to_string(folder.path().join(&delivered)).unwrap().ends_with("hello\r\n"));
}
