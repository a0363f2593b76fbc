//! The words of a person's sessions and second factor.

words! {
    /// Sessions, and another second factor.
    OwnWords {
        session_ended, end_session, end_all, no_session, sessions_lead, sessions_caption, factor_title, factor_held, factor_replace,
        factor_set_up, factor_replaces, factor_new, factor_scan, factor_use, keys, keys_hint,
    }
}

pub(super) const ENGLISH: OwnWords = OwnWords {
    session_ended: "Ended. Whoever was signed in there has to sign in again.",
    end_session: "End it",
    end_all: "End all sessions",
    no_session: "Signed in nowhere.",
    sessions_lead: "A session that is ended is over on every node at once. Its person can sign in again: to keep somebody out, remove the person, or make a new link.",
    sessions_caption: "Where this person is signed in, the last used first",
    factor_title: "Authenticator app",
    factor_held: "You sign in with a code of your app.",
    factor_replace: "Use another app or phone",
    factor_set_up: "Set one up",
    factor_replaces: "Scan this with the app that you want to use from now on. The old one, your recovery codes and every other session of yours end.",
    factor_new: "Scan this with an authenticator app: from now on you sign in with a code that it shows, too. Every other session of yours ends.",
    factor_scan: "The picture to scan with the app",
    factor_use: "Use this app",
    keys: "Single keys lead to pages",
    keys_hint: "/ to the search, g m to the messages, g o to the overview. For this browser alone.",
};

pub(super) const CHINESE: OwnWords = OwnWords {
    session_ended: "已结束，原来登录的人需要重新登录。",
    end_session: "结束",
    end_all: "结束全部会话",
    no_session: "没有登录的会话。",
    sessions_lead: "会话结束后，在所有节点上立即失效，但本人仍可重新登录。如需禁止其登录，请移除此人，或生成新链接。",
    sessions_caption: "此人已登录的位置，最近使用的在前",
    factor_title: "身份验证器应用",
    factor_held: "您登录时使用应用显示的验证码。",
    factor_replace: "更换应用或手机",
    factor_set_up: "设置",
    factor_replaces: "请用今后要使用的应用扫描。原来的应用、恢复码和您的其他会话都会失效。",
    factor_new: "请用身份验证器应用扫描：以后登录时还需要输入它显示的验证码。您的其他会话会结束。",
    factor_scan: "供应用扫描的图片",
    factor_use: "使用此应用",
    keys: "单键跳转页面",
    keys_hint: "按 / 跳转到搜索，按 g m 跳转到消息记录，按 g o 跳转到概览。仅对此浏览器生效。",
};
