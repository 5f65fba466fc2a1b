//! How a person wants the pages to be: kept with the person, and in the browser for the first byte of a page.

use crate::support::app::{Answer, Caller, Jobs, apps};
use countersign::domain::member::Role;
use countersign::domain::token::Scope;
use serde_json::{Value, json};

async fn set(by: &Caller, input: Value) -> Answer {
    by.post("/api/fn/account/set-preferences", json!({ "input": input })).await
}

fn cookies(answer: &Answer) -> Vec<String> {
    let all = answer.headers.get_all("set-cookie").iter();
    all.filter_map(|value| value.to_str().ok()).map(str::to_owned).collect()
}

/// The cookie's value, and whether it is kept.
fn cookie(answer: &Answer, name: &str) -> Option<(String, bool)> {
    let all = cookies(answer);
    let text = all.iter().find_map(|text| text.strip_prefix(&format!("{name}=")))?;
    assert!(text.contains("; Path=/; ") && text.contains("; SameSite=Lax"), "{text}");
    Some((text.split(';').next().unwrap_or_default().to_owned(), !text.contains("Max-Age=0")))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_kept_and_the_others_stay() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let of = |me: &Value| me["preferences"].clone();
        let me = house.reviewer.post("/api/fn/account/me", json!({})).await.ok();
        let mut expected =
            json!({"shortcuts": true, "density": "comfortable", "direction": "ltr", "timeZone": null});
        assert_eq!(of(&me), expected, "{}", app.name());
        for (input, key, value) in [
            (json!({"density": "compact"}), "density", json!("compact")),
            (json!({"direction": "rtl"}), "direction", json!("rtl")),
            (json!({"timeZone": "Europe/Vienna"}), "timeZone", json!("Europe/Vienna")),
            (json!({"shortcuts": false}), "shortcuts", json!(false)),
            (json!({"timeZone": "UTC", "density": "comfortable"}), "density", json!("comfortable")),
            (json!({}), "timeZone", json!("UTC")),
            (json!({"timeZone": null}), "timeZone", Value::Null),
            (
                json!({"timeZone": "America/Argentina/Buenos_Aires"}),
                "timeZone",
                json!("America/Argentina/Buenos_Aires"),
            ),
            (json!({"timeZone": ""}), "timeZone", Value::Null),
        ] {
            if input.get("timeZone") == Some(&json!("UTC")) {
                expected["timeZone"] = json!("UTC");
            }
            expected[key] = value;
            let me = set(&house.reviewer, input.clone()).await.ok();
            assert_eq!(of(&me), expected, "{}: {input}", app.name());
        }
        let me = house.reviewer.post("/api/fn/account/me", json!({})).await.ok();
        assert_eq!(of(&me), expected, "{}", app.name());
        let other = house.second.post("/api/fn/account/me", json!({})).await.ok();
        assert_eq!(other["preferences"]["direction"], "ltr", "{}: it is one person's", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_preference_is_refused() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        for (input, pointer) in [
            (json!({"timeZone": "Europe/Nowhere"}), "/timeZone"),
            (json!({"timeZone": "europe/vienna"}), "/timeZone"),
            (json!({"timeZone": "+02:00"}), "/timeZone"),
            (json!({"timeZone": " "}), "/timeZone"),
            (json!({"timeZone": "UTC\0"}), "/timeZone"),
            (json!({"timeZone": "../UTC"}), "/timeZone"),
            (json!({"timeZone": 2}), "/input/timeZone"),
            (json!({"density": "tight"}), "/input/density"),
            (json!({"direction": "auto"}), "/input/direction"),
        ] {
            let answer = set(&house.reviewer, input.clone()).await;
            let problem = answer.refused(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{}: {input}: {problem}", app.name());
            assert!(cookies(&answer).is_empty(), "{input}: {:?}", cookies(&answer));
        }
        let me = house.reviewer.post("/api/fn/account/me", json!({})).await.ok();
        assert_eq!(me["preferences"]["timeZone"], Value::Null, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn zones_are_offered_that_can_be_chosen() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let zones = house.viewer.post("/api/fn/account/time-zones", json!({})).await.ok();
        let zones = zones.as_array().unwrap().clone();
        assert!(zones.len() > 300 && zones.len() < 600, "{}", zones.len());
        for zone in ["UTC", "Europe/Vienna", "Asia/Kolkata", "America/Sao_Paulo"] {
            assert!(zones.contains(&json!(zone)), "{zone}");
        }
        for zone in [&zones[0], &zones[zones.len() - 1]] {
            set(&house.viewer, json!({"timeZone": zone})).await.ok();
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_byte_of_a_page_is_as_it_was_chosen() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let chosen = set(&house.reviewer, json!({"density": "compact"})).await;
        chosen.ok();
        assert_eq!(cookie(&chosen, "cs_density"), Some(("compact".to_owned(), true)), "{}", app.name());
        assert_eq!(cookie(&chosen, "cs_dir"), Some((String::new(), false)), "{}", app.name());
        let chosen = set(&house.reviewer, json!({"direction": "rtl"})).await;
        assert_eq!(cookie(&chosen, "cs_dir"), Some(("rtl".to_owned(), true)), "{}", app.name());
        let chosen = set(&house.reviewer, json!({"density": "comfortable"})).await;
        assert_eq!(cookie(&chosen, "cs_density"), Some((String::new(), false)), "{}", app.name());

        let html = |text: String| text[text.find("<html").unwrap()..].split('>').next().unwrap().to_owned();
        for (sent, has, lacks) in [
            ("", &[][..], &["dir=", "data-density"][..]),
            ("cs_density=compact; cs_dir=rtl", &["dir=\"rtl\"", "data-density=\"compact\""], &[]),
            ("cs_dir=rtl", &["dir=\"rtl\""], &["data-density"]),
            ("cs_density=\"><script>; cs_dir=up", &[], &["dir=", "data-density", "script"]),
        ] {
            let page =
                app.nobody().send(axum::http::Method::GET, "/sign-in", None, &[("cookie", sent)]).await;
            let tag = html(page.text());
            assert!(has.iter().all(|word| tag.contains(word)), "{}: {sent}: {tag}", app.name());
            assert!(!lacks.iter().any(|word| tag.contains(word)), "{}: {sent}: {tag}", app.name());
        }
        app.stop().await;
    }
}

/// The cards say what is chosen, and are forms that need no script.
#[tokio::test(flavor = "multi_thread")]
async fn the_settings_show_what_is_chosen() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let tag_of = |html: &str, what: &str| {
            let at = html.find(what).unwrap_or_else(|| panic!("{}: no {what} in {html}", app.name()));
            let (from, to) = (html[..at].rfind('<').unwrap(), at + html[at..].find('>').unwrap());
            html[from..to].to_owned()
        };
        let chosen = |html: &str| {
            let radio = ["density-0", "density-1", "direction-0", "direction-1"];
            radio.map(|id| tag_of(html, &format!("id=\"{id}\"")).contains("checked"))
        };
        let page = house.reviewer.get("/settings").await.text();
        assert_eq!(chosen(&page), [true, false, true, false], "{}", app.name());
        let zones = &page[page.find("id=\"time-zone\"").unwrap()..];
        assert!(tag_of(zones, " value=\"\"").contains("selected"), "{}", app.name());
        // One that is not offered is shown all the same.
        let input = json!({"density": "compact", "direction": "rtl", "timeZone": "Etc/GMT+3"});
        set(&house.reviewer, input).await.ok();
        let page = house.reviewer.get("/settings").await.text();
        assert_eq!(chosen(&page), [false, true, false, true], "{}", app.name());
        assert!(tag_of(&page, "value=\"Etc/GMT+3\"").contains("selected"), "{}", app.name());
        assert!(page.matches("action=\"/api/fn/account/set-preferences\"").count() == 4, "{}", app.name());
        assert!(page.contains("name=\"_clearable\" value=\"input[timeZone]\""), "{}", app.name());
        app.stop().await;
    }
}

/// What the server writes is in the chosen zone, or in UTC.
#[tokio::test(flavor = "multi_thread")]
async fn times_are_in_the_chosen_zone() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let token = app.with_token(&house.reviewer, &[Scope::ApprovalsRead]).await;
        token.get("/approvals").await.ok();
        for (zone, suffix) in [(Value::Null, " UTC"), (json!("Asia/Kolkata"), " UTC+5:30")] {
            set(&house.reviewer, json!({"timeZone": zone})).await.ok();
            let page = house.reviewer.get("/settings/tokens").await.text();
            let title = page
                .split("title=\"")
                .find(|text| text.split('"').next().is_some_and(|title| title.contains(" UTC")))
                .unwrap_or_default();
            let (title, _) = title.split_once('"').unwrap_or_default();
            assert!(title.ends_with(suffix), "{}: {zone}: {title}", app.name());
        }
        app.stop().await;
    }
}

/// Another browser learns it when the person signs in.
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_brings_it_along() {
    for app in apps(Jobs::Wait).await {
        let fixture = crate::support::identity::Fixture::new(&app.db, "acme").await;
        let sign_in = |role: Role| {
            let (nobody, email) = (app.nobody(), fixture.person(role).email.clone());
            async move {
                let input = json!({"email": email, "password": crate::support::identity::PASSWORD});
                let answer = nobody.post("/api/fn/account/sign-in", json!({"input": input})).await;
                answer.ok();
                answer
            }
        };
        let first = sign_in(Role::Reviewer).await;
        assert_eq!(cookie(&first, "cs_density"), Some((String::new(), false)), "{}", app.name());
        let session = cookies(&first)[0].split(['=', ';']).nth(1).unwrap().to_owned();
        assert!(cookies(&first)[0].starts_with("cs_session="), "{:?}", cookies(&first));
        let input = json!({"input": {"density": "compact", "direction": "rtl"}}).to_string().into_bytes();
        let header = format!("cs_session={session}");
        app.nobody()
            .send(
                axum::http::Method::POST,
                "/api/fn/account/set-preferences",
                Some(input),
                &[("cookie", &header), ("sec-fetch-site", "same-origin")],
            )
            .await
            .ok();
        let again = sign_in(Role::Reviewer).await;
        assert_eq!(cookie(&again, "cs_density"), Some(("compact".to_owned(), true)), "{}", app.name());
        assert_eq!(cookie(&again, "cs_dir"), Some(("rtl".to_owned(), true)), "{}", app.name());
        let other = sign_in(Role::Viewer).await;
        assert_eq!(cookie(&other, "cs_dir"), Some((String::new(), false)), "{}", app.name());
        app.stop().await;
    }
}
