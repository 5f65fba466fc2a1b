//! Saved views: whose they are, who may change them, how their queries are kept, how many there can be.

use crate::support::app::{Answer, App, Caller, House, Jobs, apps, id, text};
use axum::http::Method;
use countersign::args;
use countersign::domain::member::Role;
use countersign::domain::token::Scope;
use serde_json::{Value, json};

async fn save(by: &Caller, name: &str, query: &str, shared: bool) -> Value {
    let view = json!({"name": name, "query": query, "shared": shared});
    let made = by.post("/views", view).await;
    assert_eq!(made.code(), 201, "{}", made.text());
    made.json()
}

fn place(view: &Value) -> String {
    format!("/views/{}", text(view, "id"))
}

/// The names of the views that this caller has, in order.
async fn names(by: &Caller) -> Vec<String> {
    let page = by.get("/views").await.ok();
    assert_eq!(page["nextCursor"], Value::Null);
    let function = by.post("/api/fn/views/list", json!({})).await.ok();
    assert_eq!(function, page, "two doors, one answer");
    let items = page["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|view| text(view, "name").to_owned()).collect()
}

/// Audit events and descriptions about one view, oldest first.
async fn trail(app: &App, house: &House, view: &Value) -> Vec<(String, String)> {
    let sql = "SELECT event, description FROM agent_action_audit_log WHERE workspace_id = $1 AND result LIKE $2 \
               ORDER BY executed_at, id";
    app.rows(sql, args![house.id, format!("%{}%", text(view, "id"))]).await
}

async fn form(by: &Caller, function: &str, body: &str) -> Answer {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("referer", "http://127.0.0.1:3000/approvals?q=x"),
    ];
    by.send(Method::POST, function, Some(body.into()), &headers).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_are_ones_own_and_shared_ones_are_everybodys() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let elsewhere = app.house("Zanzibar").await;
        let own = save(&house.reviewer, "Mine", "sort=risk&riskLevel=high", false).await;
        assert_eq!(own["query"], "riskLevel=high&sort=risk", "{}", app.name());
        assert_eq!((&own["mine"], &own["shared"], &own["version"]), (&json!(true), &json!(false), &json!(1)));
        assert_eq!(own["by"], json!(house.reviewer.name));
        save(&house.viewer, "Of the viewer", "", true).await;
        let shared = save(&house.reviewer, "Ours", "status=all", true).await;
        save(&house.reviewer, "Mine too", "q=quote", false).await;
        save(&elsewhere.owner, "Theirs", "", true).await;

        assert_eq!(names(&house.reviewer).await, ["Mine", "Mine too", "Of the viewer", "Ours"]);
        for other in [&house.owner, &house.operator, &house.second, &house.viewer] {
            assert_eq!(names(other).await, ["Of the viewer", "Ours"], "{}", app.name());
            for answer in [
                other.patch(place(&own), json!({"name": "Yours"})).await,
                other.patch(place(&own), json!({})).await,
                other.delete(place(&own)).await,
            ] {
                answer.refused(404, "not_found");
            }
        }
        let seen = house.viewer.get("/views").await.ok();
        let seen = seen["items"].as_array().and_then(|items| items.last()).cloned().unwrap_or_default();
        assert_eq!((&seen["id"], &seen["mine"]), (&shared["id"], &json!(false)));
        assert_eq!(seen["by"], json!(house.reviewer.name));

        assert_eq!(names(&elsewhere.owner).await, ["Theirs"]);
        for view in [&own, &shared] {
            elsewhere.owner.patch(place(view), json!({"shared": true})).await.refused(404, "not_found");
            elsewhere.owner.delete(place(view)).await.refused(404, "not_found");
        }
        // Agents have none. A person's token is the person, if it may act for their account.
        let agent = app.agent(&house, "agent", None).await;
        agent.get("/views").await.refused(403, "forbidden");
        agent.post("/views", json!({"name": "Its"})).await.refused(403, "forbidden");
        let token = app.with_token(&house.reviewer, &[Scope::Account]).await;
        assert_eq!(names(&token).await.len(), 4);
        app.with_token(&house.reviewer, &[Scope::ApprovalsRead])
            .await
            .get("/views")
            .await
            .refused(403, "forbidden");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_view_is_changed_by_who_made_it_and_by_admins() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let view = save(&house.reviewer, "Ours", "", true).await;
        for other in [&house.operator, &house.second, &house.viewer] {
            other.patch(place(&view), json!({"name": "Yours"})).await.refused(403, "forbidden");
            other.delete(place(&view)).await.refused(403, "forbidden");
        }
        // A token without the scope makes no admin of its owner.
        let narrow = app.with_token(&house.owner, &[Scope::Account]).await;
        narrow.delete(place(&view)).await.refused(403, "forbidden");

        let changed =
            house.admin.patch(place(&view), json!({"name": "Big", "query": "riskLevel=high"})).await;
        assert_eq!(changed.header("etag"), "\"v2\"");
        let changed = changed.ok();
        assert_eq!((&changed["mine"], &changed["by"]), (&json!(false), &json!(house.reviewer.name)));
        let kept = house.owner.patch(place(&view), json!({"shared": false})).await.refused(403, "forbidden");
        assert!(text(&kept, "detail").contains(&house.reviewer.name), "{kept}");
        house.reviewer.patch(place(&view), json!({"shared": false})).await.ok();
        house.owner.patch(place(&view), json!({"shared": true})).await.refused(404, "not_found");
        assert!(names(&house.admin).await.is_empty());
        house.reviewer.patch(place(&view), json!({"shared": true, "name": "Ours again"})).await.ok();
        assert_eq!(names(&house.viewer).await, ["Ours again"]);
        let deleted = house.owner.delete(place(&view)).await;
        assert_eq!(deleted.code(), 204, "{}", deleted.text());
        assert!(names(&house.reviewer).await.is_empty());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_that_was_seen_is_the_one_that_changes() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let made = house.viewer.post("/views", json!({"name": "Mine"})).await;
        assert_eq!((made.code(), made.header("etag")), (201, "\"v1\""), "{}", made.text());
        let view = made.json();
        let send = |method: Method, body: Value, seen: &'static str| {
            let (by, path) = (house.viewer.caller.clone(), place(&view));
            async move { by.send(method, &path, Some(body.to_string().into()), &[("if-match", seen)]).await }
        };
        let same = send(Method::PATCH, json!({"name": "Mine", "query": "?limit=5"}), "\"v1\"").await;
        assert_eq!(same.header("etag"), "\"v1\"", "nothing changed: {}", same.text());
        let second = send(Method::PATCH, json!({"query": "q=b"}), "\"v1\"").await;
        assert_eq!(second.header("etag"), "\"v2\"", "{}", second.text());
        send(Method::PATCH, json!({"query": "q=c"}), "\"v1\"").await.refused(412, "changed");
        send(Method::DELETE, json!({}), "\"v1\"").await.refused(412, "changed");
        let stale = json!({"id": view["id"], "version": 1, "input": {"name": "Late"}});
        house.viewer.post("/api/fn/views/patch", stale).await.refused(412, "changed");
        house
            .viewer
            .post("/api/fn/views/delete", json!({"id": view["id"], "version": 1}))
            .await
            .refused(412, "changed");
        assert_eq!(send(Method::DELETE, json!({}), "\"v2\"").await.code(), 204);
        assert_eq!(trail(&app, &house, &view).await.len(), 3, "{}", app.name());
        assert_eq!(app.emitted(text(&view, "id")).await, 3);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_names_what_everybody_sees_and_nothing_else() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let view = save(&house.reviewer, "Secret plans", "q=merger", false).await;
        let step = |patch: Value| {
            let (by, path) = (house.reviewer.caller.clone(), place(&view));
            async move { by.patch(path, patch).await.ok() }
        };
        step(json!({"query": "q=takeover"})).await;
        step(json!({"name": "For all", "shared": true})).await;
        step(json!({"query": "q=news"})).await;
        step(json!({"name": "Secret again", "shared": false})).await;
        house.reviewer.delete(place(&view)).await.ok();
        let expected = [
            ("view.saved", "Saved a view of their own"),
            ("view.changed", "Changed a view of their own"),
            ("view.changed", "Shared the view For all"),
            ("view.changed", "Changed the shared view For all"),
            ("view.changed", "Keeps the view For all to themselves"),
            ("view.deleted", "Deleted a view of their own"),
        ];
        let found = trail(&app, &house, &view).await;
        assert_eq!(
            found,
            expected.map(|(event, told)| (event.to_owned(), told.to_owned())),
            "{}",
            app.name()
        );
        let told = house.viewer.get("/audit?limit=200").await.ok().to_string();
        for word in ["Secret", "merger", "takeover"] {
            assert!(!told.contains(word), "{}: {word} is told in {told}", app.name());
        }
        assert_eq!(app.emitted(text(&view, "id")).await, 6);
        let topics = app
            .count(
                "SELECT COUNT(*) FROM events WHERE subject_id = $1 AND topic = 'view'",
                args![id(text(&view, "id"))],
            )
            .await;
        assert_eq!(topics, 6);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_can_be_only_so_many() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        for n in 0..30 {
            save(&house.viewer, &format!("Own {n}"), "", false).await;
        }
        let full = house.viewer.post("/views", json!({"name": "Own 30"})).await.refused(409, "refused");
        assert!(text(&full, "detail").contains("30 views of your own"), "{full}");
        // Another member's, and the shared ones, have room of their own.
        save(&house.reviewer, "Own 0", "", false).await;
        let mut shared = save(&house.viewer, "Shared 0", "", true).await;
        house.viewer.patch(place(&shared), json!({"shared": false})).await.refused(409, "refused");

        let tries: Vec<_> = (1..104)
            .map(|n| {
                let by = if n % 2 == 0 { house.viewer.caller.clone() } else { house.owner.caller.clone() };
                tokio::spawn(async move {
                    by.post("/views", json!({"name": format!("Shared {n}"), "shared": true})).await.code()
                })
            })
            .collect();
        let mut codes = Vec::new();
        for one in tries {
            codes.push(one.await.unwrap());
        }
        assert_eq!(codes.iter().filter(|code| **code == 201).count(), 99, "{}: {codes:?}", app.name());
        assert_eq!(codes.iter().filter(|code| **code == 409).count(), 4, "{}: {codes:?}", app.name());
        assert_eq!(names(&house.second).await.len(), 100);
        assert_eq!(names(&house.viewer).await.len(), 130);

        let own = house.viewer.get("/views").await.ok()["items"][3].clone();
        let full = house.viewer.patch(place(&own), json!({"shared": true})).await.refused(409, "refused");
        assert!(text(&full, "detail").contains("shares 100 views"), "{full}");
        // Where nothing is added, a full house is no hindrance.
        shared = house.viewer.patch(place(&shared), json!({"query": "q=x"})).await.ok();
        house.viewer.delete(place(&shared)).await.ok();
        house.viewer.patch(place(&own), json!({"shared": true})).await.ok();
        save(&house.viewer, "Own 30", "", false).await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_a_short_line_that_no_other_view_has() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let view = save(&house.reviewer, "Mine", "", false).await;
        let long = "x".repeat(61);
        for name in [
            "",
            " \t",
            long.as_str(),
            "a\nb",
            "a\0b",
            "a\u{202e}b",
            "a\u{200b}b",
            "\u{2066}a\u{2069}",
            "\u{3164}",
        ] {
            for answer in [
                house.reviewer.post("/views", json!({"name": name})).await,
                house.reviewer.patch(place(&view), json!({"name": name})).await,
            ] {
                assert_eq!(answer.refused(422, "invalid")["errors"][0]["pointer"], "/name", "{name:?}");
            }
        }
        for name in ["'; DROP TABLE saved_views; --", "<script>alert(1)</script>", "Übermäßig 💶", "%00"]
        {
            save(&house.reviewer, name, "", true).await;
            assert!(names(&house.viewer).await.contains(&name.to_owned()), "{}", app.name());
        }
        let taken = house.reviewer.post("/views", json!({"name": "Mine"})).await.refused(422, "invalid");
        assert_eq!(taken["errors"][0]["pointer"], "/name");
        // One's own and a shared one, or two members' own, may have the same name.
        save(&house.second, "Mine", "", false).await;
        let shared = save(&house.operator, "Mine", "", true).await;
        for (by, view, patch) in [
            (&house.reviewer, &view, json!({"shared": true})),
            (&house.admin, &shared, json!({"name": "%00"})),
        ] {
            let taken = by.patch(place(view), patch).await.refused(422, "invalid");
            assert_eq!(taken["errors"][0]["pointer"], "/name", "{}", app.name());
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_what_the_list_understands() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let view = save(&house.reviewer, "Mine", "", false).await;
        for (query, at) in [
            ("riskLevel=purple", "/query/riskLevel"),
            ("expiringWithin=-1", "/query/expiringWithin"),
            ("actionType=%00", "/query/actionType"),
            ("colour=red", "/query"),
            ("sort=risk&sort=risk", "/query"),
        ] {
            for answer in [
                house.reviewer.post("/views", json!({"name": "Bad", "query": query})).await,
                house.reviewer.patch(place(&view), json!({"query": query})).await,
            ] {
                assert_eq!(answer.refused(422, "invalid")["errors"][0]["pointer"], at, "{query}");
            }
        }
        let team = house.team("sales", "supervised", &[]).await;
        for (n, query) in [
            format!("?teamId={}&cursor=WzFd&limit=7&riskLevel=high", team.to_uppercase()),
            format!("riskLevel=high&sort=&teamId={team}"),
            format!("sort=expires_at&status=pending&teamId={}&riskLevel=%68igh", team.replace('-', "")),
        ]
        .iter()
        .enumerate()
        {
            let kept = save(&house.reviewer, &format!("Same {n}"), query, false).await;
            assert_eq!(kept["query"], json!(format!("riskLevel=high&teamId={team}")), "{query}");
            house.viewer.get(format!("/approvals?{}", text(&kept, "query"))).await.ok();
        }
        app.stop().await;
    }
}

/// Without a script a form goes on to the list that its view names.
#[tokio::test(flavor = "multi_thread")]
async fn views_are_saved_changed_and_deleted_by_plain_forms() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let by = &house.viewer;
        let body =
            "input%5Bname%5D=High&input%5Bquery%5D=riskLevel%3Dhigh%26cursor%3Dx&input%5Bshared%5D=true";
        let saved = form(by, "/api/fn/views/create", body).await;
        assert_eq!(saved.code(), 303, "{}: {}", app.name(), saved.text());
        assert_eq!(saved.header("location"), "/approvals?riskLevel=high");
        // The list without filters has a blank query, and a box that is not ticked says nothing.
        let saved = form(by, "/api/fn/views/create", "input%5Bname%5D=All&input%5Bquery%5D=").await;
        assert_eq!(saved.header("location"), "/approvals", "{}", saved.text());
        assert_eq!(names(by).await, ["All", "High"]);

        let views = by.get("/views").await.ok();
        let (own, shared) = (text(&views["items"][0], "id"), text(&views["items"][1], "id"));
        let body = format!("id={shared}&version=1&input%5Bshared%5D=false&input%5Bname%5D=");
        let changed = form(by, "/api/fn/views/patch", &body).await;
        assert_eq!(changed.header("location"), "/approvals?riskLevel=high", "{}", changed.text());
        assert_eq!(names(&house.owner).await, Vec::<String>::new());
        let deleted = form(by, "/api/fn/views/delete", &format!("id={own}&version=1")).await;
        assert_eq!((deleted.code(), deleted.header("location")), (303, "/approvals"));
        assert_eq!(names(by).await, ["High"]);

        let refused = form(by, "/api/fn/views/create", "input%5Bname%5D=High").await;
        let back = refused.header("location");
        assert!(back.contains("/approvals?q=x") && back.contains("__err="), "{back}");
        app.stop().await;
    }
}

/// Keys open the first views, so the order is that of their making, whatever happens to them since.
#[tokio::test(flavor = "multi_thread")]
async fn the_order_stands_still() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let mut made = Vec::new();
        for name in ["Zulu", "alpha", "Mike", "bravo"] {
            made.push(save(&house.owner, name, "", false).await);
        }
        house.owner.patch(place(&made[0]), json!({"query": "q=1"})).await.ok();
        house.owner.patch(place(&made[2]), json!({"shared": true})).await.ok();
        save(&house.owner, "late", "", true).await;
        assert_eq!(names(&house.owner).await, ["Zulu", "alpha", "bravo", "Mike", "late"]);
        house.owner.patch(place(&made[2]), json!({"shared": false})).await.ok();
        assert_eq!(names(&house.owner).await, ["Zulu", "alpha", "Mike", "bravo", "late"], "{}", app.name());

        // What somebody shared stays when they are shut out.
        let other = app.person(house.id, "Birch", "leaver", Role::Reviewer).await;
        save(&other, "Left behind", "", true).await;
        house
            .owner
            .post("/api/fn/members/patch", json!({"id": other.id, "input": {"disabled": true}}))
            .await
            .ok();
        assert!(names(&house.viewer).await.contains(&"Left behind".to_owned()));
        app.stop().await;
    }
}
