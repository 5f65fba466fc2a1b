//! The program killed while it tells people: nobody is left out, and neither an e-mail nor a message to a browser goes out
//! twice in one life of the process.

use crate::ledger::Ledger;
use crate::load;
use crate::program::{Server, World, free_port};
use crate::push_browser::{Browser, claims};
use crate::receiver::Receiver;
use crate::smtp::MailServer;
use crate::support::db::{TestDb, databases};
use countersign::args;
use countersign::domain::member::Role;
use countersign::domain::push::SubscribePush;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const PEOPLE: usize = 40;
const KILLS: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_commit_and_sending_nobody_is_left_out_and_nothing_is_sent_twice() {
    let _alone = crate::nodes::ALONE.lock().await;
    for test in databases().await {
        storm(&test).await;
    }
}

/// Reviewers, each with a browser of their own.
async fn people(test: &TestDb, world: &World, browsers: &[Browser]) {
    let db = test.node().await;
    let mut tx = db.begin().await.unwrap();
    for (n, browser) in browsers.iter().enumerate() {
        let user = tx.user_insert(&format!("reviewer{n}@example.com"), "A reviewer", "none").await.unwrap();
        tx.member_insert(world.workspace, user, Role::Reviewer).await.unwrap();
        let subscription: SubscribePush = serde_json::from_value(browser.subscription()).unwrap();
        tx.push_subscription_insert(world.workspace, user, &subscription).await.unwrap();
    }
    tx.commit().await.unwrap();
    db.close().await;
}

async fn storm(test: &TestDb) {
    let ledger = Ledger::start(Duration::ZERO).await;
    let world = World::make(test, &ledger).await;
    let push = Receiver::start_slow(Duration::from_millis(100)).await;
    let browsers: Vec<Browser> = (0..PEOPLE as u8).map(|n| Browser::at(&push, n)).collect();
    people(test, &world, &browsers).await;
    let mail = MailServer::start_slow(Duration::from_millis(150)).await;
    let (host, mail_port) = (mail.address.ip().to_string(), mail.address.port().to_string());
    let settings = [
        ("COUNTERSIGN_SMTP_HOST", host.as_str()),
        ("COUNTERSIGN_SMTP_PORT", mail_port.as_str()),
        ("COUNTERSIGN_SMTP_TLS", "none"),
    ];
    let (port, client) = (free_port(), load::client());
    let mut server = Server::start_with(test, &world, port, &settings);
    server.ready(&client, Duration::from_secs(20)).await;
    let asked = client
        .post(format!("{}/api/orchestration/approvals", server.url()))
        .bearer_auth(&world.agent_token)
        .json(&json!({"actionType": "publish_content",
            "actionData": {"title": "Spring release", "body": "It is here.", "channel": "blog"}}))
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), 201);
    // Killed right after the answer, then again and again in the middle of sending.
    let (mut sent_before, mut pushed_before) = (0, 0);
    for kill in 0..KILLS {
        if kill > 0 {
            let wanted = sent_before + 3;
            let began = Instant::now();
            while mail.accepted().len() < wanted && began.elapsed() < Duration::from_secs(20) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            tokio::time::sleep(Duration::from_millis(37 * kill as u64)).await;
        }
        server.kill();
        // What the server took while the process died belongs to that life.
        tokio::time::sleep(Duration::from_millis(300)).await;
        one_life(test, &mail, sent_before);
        one_life_pushed(test, &push, pushed_before);
        sent_before = mail.accepted().len();
        pushed_before = push.received().len();
        server = Server::start_with(test, &world, port, &settings);
        server.ready(&client, Duration::from_secs(20)).await;
    }
    let began = Instant::now();
    // Every reviewer, and the owner.
    while reached(&mail).len() < PEOPLE + 1 {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{}: {} were reached",
            test.name,
            reached(&mail).len()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    while reached_browsers(&push).len() < PEOPLE {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{}: {} browsers were reached",
            test.name,
            reached_browsers(&push).len()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let db = test.node().await;
    let open = "SELECT COUNT(*) FROM notification_deliveries WHERE state IN ('waiting', 'sending')";
    loop {
        let (count,): (i64,) = db.read().await.unwrap().fetch_one(open, args![]).await.unwrap();
        if count == 0 {
            break;
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{}: {count} are on their way for ever",
            test.name
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    db.close().await;
    one_life(test, &mail, sent_before);
    one_life_pushed(test, &push, pushed_before);
    let pushed = push.received();
    let key = pushed[0].headers["authorization"].to_str().unwrap().rsplit_once("k=").unwrap().1.to_owned();
    for (n, browser) in browsers.iter().enumerate() {
        let own = pushed.iter().filter(|one| one.path == format!("/push/{n}"));
        let read: BTreeSet<String> = own
            .map(|one| {
                claims(one, &key);
                browser.read(one).to_string()
            })
            .collect();
        assert_eq!(read.len(), 1, "{}: one message each, which takes its own place: {read:?}", test.name);
    }
    let all = mail.accepted();
    let distinct: BTreeSet<String> = all.iter().map(|mail| mail.header("Message-ID").to_owned()).collect();
    assert_eq!(distinct.len(), PEOPLE + 1, "{}: one e-mail each, under one id", test.name);
    eprintln!(
        "{}: {KILLS} kills, {} e-mails, {} of them again after a restart, {PEOPLE} browsers, {} again",
        test.name,
        distinct.len(),
        all.len() - distinct.len(),
        pushed.len() - PEOPLE
    );
    server.stop();
}

fn reached(mail: &MailServer) -> BTreeSet<String> {
    mail.accepted().into_iter().map(|mail| mail.to).collect()
}

fn reached_browsers(push: &Receiver) -> BTreeSet<String> {
    push.received().into_iter().map(|message| message.path).collect()
}

/// Of what came to browsers since `from`, nothing came twice.
fn one_life_pushed(test: &TestDb, push: &Receiver, from: usize) {
    let since: Vec<String> = push.received().into_iter().skip(from).map(|message| message.path).collect();
    let distinct: BTreeSet<&String> = since.iter().collect();
    assert_eq!(distinct.len(), since.len(), "{}: pushed twice in one life: {since:?}", test.name);
}

/// Of what came since `from`, nothing came twice.
fn one_life(test: &TestDb, mail: &MailServer, from: usize) {
    let since: Vec<String> =
        mail.accepted().iter().skip(from).map(|mail| mail.header("Message-ID").to_owned()).collect();
    let distinct: BTreeSet<&String> = since.iter().collect();
    assert_eq!(distinct.len(), since.len(), "{}: sent twice in one life: {since:?}", test.name);
}
