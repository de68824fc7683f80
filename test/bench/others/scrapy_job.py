"""The job with Scrapy, as its documentation would have it: a spider, a pipeline into SQLite, and the queue on disk (JOBDIR).

PREFIX, FILE and USERS say what is read and where it goes; the tables are there. With BY=record each record is an item and a
transaction, as in most programs; else an item is a whole page, which spares Scrapy most of what items cost it.
"""
import os
import re
import sqlite3
from datetime import datetime, timezone
from urllib.parse import quote, unquote

import scrapy

PREFIX, FILE, USERS = os.environ["PREFIX"], os.environ["FILE"], os.environ["USERS"].split(",")

USER = ["id", "username", "display_name", "bio", "profile_picture_url", "banner_image_url", "follower_count", "following_count", "post_count", "like_count", "cameo_count", "is_verified", "created_at", "first_seen_at", "last_seen_at"]
USER_COUNTERS = ["follower_count", "following_count", "post_count", "like_count", "cameo_count"]
POST_COUNTERS = ["like_count", "dislike_count", "view_count", "unique_view_count", "reply_count", "recursive_reply_count", "remix_count"]
POST = ["id", "user_id", "text", "posted_at", "updated_at", *POST_COUNTERS, "permalink", "preview_image_url", "parent_post_id", "root_post_id", "emoji", "is_featured", "tombstoned_at", "first_seen_at", "last_seen_at"]
ATTACHMENT = ["id", "post_id", "position", "kind", "generation_id", "width", "height", "duration_s", "url", "downloadable_url", "thumbnail_url", "gif_url", "md_url", "url_expires_at"]


def upsert(table, columns):
    told = ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in columns[1:] if name != "first_seen_at")
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) ON CONFLICT (id) DO UPDATE SET {told}"


def history(table, key, counters, source):
    same = " AND ".join(f"{name} IS ?" for name in counters)
    return f"INSERT INTO {table} ({key}, observed_at, {', '.join(counters)}) SELECT ?, ?, {', '.join('?' * len(counters))} WHERE NOT EXISTS (SELECT 1 FROM {source} WHERE id = ? AND {same}) ON CONFLICT DO NOTHING"


PUT_USER, PUT_POST, PUT_ATTACHMENT = upsert("users", USER), upsert("posts", POST), upsert("attachments", ATTACHMENT)
PUT_USER_METRICS = history("user_metrics", "user_id", USER_COUNTERS, "users")
PUT_POST_METRICS = history("post_metrics", "post_id", POST_COUNTERS, "posts")
PUT_USERNAME = "INSERT INTO usernames (user_id, username, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_seen_at = excluded.last_seen_at"
PUT_EDGE = "INSERT INTO edges (kind, source_id, target_id, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_seen_at = excluded.last_seen_at"


def iso(seconds):
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class SqlitePipeline:
    def open_spider(self, spider):
        self.db = sqlite3.connect(FILE)
        self.db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 10000; CREATE TABLE raw (url TEXT PRIMARY KEY, body BLOB)")

    def close_spider(self, spider):
        self.db.close()

    def process_item(self, item, spider):
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self.db:
            if item["body"] is not None:
                self.db.execute("INSERT OR REPLACE INTO raw VALUES (?, ?)", (item["url"], item["body"]))
            users, edges = {}, []
            for record in item["records"]:
                if item["route"] == "get_user_followers":
                    users[record["user_id"]] = record
                    edges.append(("follow", record["user_id"], item["subject"], now, now))
                    continue
                post, profile = record["post"], record["profile"]
                users[profile["user_id"]] = profile
                self.put_post(post, now)
                for cameo in post["cameo_profiles"] or []:
                    users[cameo["user_id"]] = cameo
                    edges.append(("cameo", cameo["user_id"], post["id"], now, now))
            for user in users.values():
                self.put_user(user, now)
            self.db.executemany(PUT_EDGE, edges)
        return item

    def put_post(self, post, now):
        counters = [post[name] for name in POST_COUNTERS]
        self.db.execute(PUT_POST_METRICS, (post["id"], now, *counters, post["id"], *counters))
        self.db.execute(PUT_POST, (post["id"], post["shared_by"], post["text"], iso(post["posted_at"]), iso(post["updated_at"]), *counters, post["permalink"], post["preview_image_url"], post["parent_post_id"], post["root_post_id"], post["emoji"], post["is_featured"], iso(post["tombstoned_at"]), now, now))
        for position, media in enumerate(post["attachments"]):
            encodings = media["encodings"]
            path = lambda name: (encodings.get(name) or {}).get("path")
            expires = re.search(r"[?&]se=([^&]*)", media["url"])
            self.db.execute(PUT_ATTACHMENT, (media["id"], post["id"], position, media["kind"], media["generation_id"], media["width"], media["height"], media["n_frames"] / 30, media["url"], media["downloadable_url"], path("thumbnail"), path("gif"), path("md"), expires and unquote(expires[1])))

    def put_user(self, user, now):
        counters = [user.get(name) for name in ("follower_count", "following_count", "post_count", "likes_received_count", "cameo_count")]
        self.db.execute(PUT_USER_METRICS, (user["user_id"], now, *counters, user["user_id"], *counters))
        self.db.execute(PUT_USER, (user["user_id"], user["username"], user["display_name"], user["description"], user["profile_picture_url"], user["cover_photo_url"], *counters, user.get("verified"), iso(user.get("created_at")), now, now))
        self.db.execute(PUT_USERNAME, (user["user_id"], user["username"], now, now))


class Listings(scrapy.Spider):
    name = "listings"
    custom_settings = {"CONCURRENT_REQUESTS": 8, "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "LOG_LEVEL": "WARNING", "ITEM_PIPELINES": {SqlitePipeline: 300}}

    def start_requests(self):
        for user in USERS:
            for route in ("get_user_posts", "get_user_followers"):
                yield self.listing(route, user, None)

    def listing(self, route, subject, cursor):
        url = f"{PREFIX}/{route}?user_id={subject}" + (f"&cursor={quote(cursor, safe='')}" if cursor else "")
        return scrapy.Request(url, callback=self.parse, cb_kwargs={"route": route, "subject": subject})

    def parse(self, response, route, subject):
        data = response.json()["data"]
        page = {"url": response.url, "body": response.body, "route": route, "subject": subject}
        if os.environ.get("BY") == "record":
            for record in data["items"]:
                yield {**page, "records": [record]}
                page["body"] = None
        else:
            yield {**page, "records": data["items"]}
        if data["cursor"]:
            yield self.listing(route, subject, data["cursor"])
