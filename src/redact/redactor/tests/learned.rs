//! Values that one line of a text gives away are hidden in its other lines.

use crate::redact::Redactor;

fn naming(names: &[&str]) -> Redactor {
    let redactor = Redactor::new();
    names.iter().for_each(|name| redactor.register_name(name));
    redactor
}

#[test]
fn a_value_behind_a_name_is_hidden_in_all_lines_of_its_log() {
    let redactor = naming(&["NPM_TOKEN", "DATABASE_URL", "CONFIG"]);
    for (lines, shown) in [
        (
            &[
                "using npmtok-Kx83hQz9",
                "NPM_TOKEN=npmtok-Kx83hQz9",
                "token npmtok-Kx83hQz9!",
            ][..],
            &["using ***", "NPM_TOKEN=***", "token ***!"][..],
        ),
        (
            &["denied: sunflower", "{\"NPM_TOKEN\": \"sunflower\"}"],
            &["denied: ***", "{\"NPM_TOKEN\": \"***\"}"],
        ),
        (
            &["NPM_TOKEN='p+q r/s=t'", "?t=p%2Bq%20r%2Fs%3Dt", "cCtxIHIvcz10"],
            &["NPM_TOKEN='***'", "?t=***", "***"],
        ),
        (
            &["{\"NPM_TOKEN\":\"p\\\"qrstuvw\"}", "got p\"qrstuvw"],
            &["{\"NPM_TOKEN\":\"***\"}", "got ***"],
        ),
        (
            &["password hunter22 refused", "DATABASE_URL=postgres://app:hunter22@db/x"],
            &["password *** refused", "DATABASE_URL=***"],
        ),
        (
            &["login with Tr0ub4dor3", r#"CONFIG={"password":"Tr0ub4dor3"}"#],
            &["login with ***", "CONFIG=***"],
        ),
        (
            &["//r.example/:_authToken=npmtok-Kx83hQz9", "E401 npmtok-Kx83hQz9"],
            &["//r.example/:_authToken=***", "E401 ***"],
        ),
    ] {
        assert_eq!(redactor.clean_lines(lines), shown);
        assert_eq!(redactor.clean(&lines.join("\n")), shown.join("\n"));
    }
}

#[test]
fn a_log_that_is_still_written_is_hidden_from_there_on() {
    let mut following = naming(&["NPM_TOKEN"]).lines();
    assert_eq!(following.clean("NPM_TOKEN=sunflower"), "NPM_TOKEN=***");
    assert_eq!(following.clean("denied: sunflower"), "denied: ***");
    assert_eq!(naming(&["NPM_TOKEN"]).clean("a sunflower"), "a sunflower");
}

#[test]
fn words_of_the_log_are_not_learned() {
    let redactor = naming(&["DB_PASSWORD"]);
    for value in ["abc", "1234567", "production", "password", "postgres", "8080"] {
        let text = format!("a {value} of it\nDB_PASSWORD={value}");
        assert_eq!(redactor.clean(&text), format!("a {value} of it\nDB_PASSWORD=***"));
    }
    let sentence = "FATAL: authentication failed\nDB_PASSWORD: authentication failed";
    assert_eq!(
        redactor.clean(sentence),
        "FATAL: authentication failed\nDB_PASSWORD: ***"
    );
}
