//! The words of the pages about access keys.

words! {
    /// Making and deleting access keys.
    KeyWords {
        lead, secret, change, create_title, create, made_title, made_about, copied, shown_before, delete, delete_title,
        delete_about, made_at_start,
    }
}

pub(super) const ENGLISH: KeyWords = KeyWords {
    lead: "A program that has an access key may manage everything by the API, from anywhere. Give each program one of its own.",
    secret: "Secret",
    change: "Change",
    create_title: "Make an access key",
    create: "Make an access key",
    made_title: "The new access key, shown once",
    made_about: "Nobody can see the secret again, here or elsewhere. Put it where the program keeps secrets, then go on.",
    copied: "I have copied it",
    shown_before: "The secret of a new access key is shown once. If it is lost, delete the key and make another one.",
    delete: "Delete the key",
    delete_title: "Delete an access key?",
    delete_about: "The program that has it is refused from then on, with every token that it made by it.",
    made_at_start: "This key is made again at every start, so it cannot be deleted here",
};

pub(super) const CHINESE: KeyWords = KeyWords {
    lead: "持有访问密钥的程序可以从任何地方通过 API 管理一切。请为每个程序单独创建。",
    secret: "密钥",
    change: "操作",
    create_title: "创建访问密钥",
    create: "创建访问密钥",
    made_title: "新访问密钥，只显示一次",
    made_about: "之后在任何地方都无法再次查看。请先存入程序的密钥库，再继续。",
    copied: "我已复制",
    shown_before: "新访问密钥只显示一次。如已丢失，请删除该密钥并重新创建。",
    delete: "删除密钥",
    delete_title: "删除访问密钥？",
    delete_about: "持有它的程序将被拒绝，用它生成的令牌也同时失效。",
    made_at_start: "此密钥在每次启动时重新生成，无法在这里删除",
};
