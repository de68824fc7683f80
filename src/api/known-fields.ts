/*
 * Every field that anybody has described: the contract's notes, the platform's own form, and what it grew
 * later. A field beside these is new. Kept apart from the fields that are read (`payloads.ts`): most of these
 * pass unread.
 */

export type RecordKind = 'item' | 'post' | 'comment' | 'profile' | 'attachment'

const words = (text: string): string[] => text.split(/\s+/).filter(word => word !== '')

const POST = words(`
  id shared_by posted_by posted_at updated_at posted_to_public text caption cover_photo_url preview_image_url permalink attachments
  like_count dislike_count view_count unique_view_count reply_count recursive_reply_count remix_count share_count repost_count
  user_liked user_disliked has_reposted is_owner source parent_post_id root_post_id parent_path parent_post remix_posts ancestors
  cameo_profiles disabled_cameo_user_ids text_facets groups verifications tombstoned_at emoji is_featured
  repost_of_post_id repost_of_user_id original_poster post_locations story_type workspace_id share_ref permissions rooms verification_info
  audience_description topic_labels visibility discovery_phrase srt_url vtt_url ranking_session_id og_title og_description
  profile reposter_profile children cursor has_more`)

/**
 * Every field that has been described, by kind of record; `item` is what a post or a profile comes wrapped
 * in.
 */
export const knownFields: Readonly<Record<RecordKind, ReadonlySet<string>>> = {
  item: new Set(
    words('post profile reposter_profile children cursor has_more character_user_id token my_info'),
  ),
  post: new Set(POST),
  // A comment is a post to the platform.
  comment: new Set(POST),
  profile: new Set(
    words(`
    user_id username display_name bio description profile_picture_url banner_image_url cover_photo_url is_verified verified
    follower_count following_count post_count like_count likes_received_count view_count reply_count remix_count cameo_count character_count
    permalink location website work schools birthday social_links created_at updated_at banned_at
    can_cameo can_message sora_who_can_message_me chatgpt_who_can_message_me is_public_figure public_figure_name plan_type calpico_is_enabled is_default_profile_picture profile_picture_id
    profile_picture_file_id verification_info social_context owner_profile is_following is_blocked followed_by follows_you my_info cursor has_more`),
  ),
  attachment: new Set(
    words(`
    id kind tags generation_id generation_type task_id width height duration_s n_frames prompt title source asset_pointer conversation_id style
    output_blocked has_captions can_create_character url downloadable_url download_urls encodings`),
  ),
}

/** A field that every record of a listing carries, if the listing's records carry it at all. */
export interface SteadyField {
  /** For example `post.view_count`. */
  readonly path: string
  /** What it is called, in either form. */
  readonly names: readonly string[]
  /**
   * Whether there may be nothing to tell; an API that leaves such fields out would do so for one author's
   * records in a row.
   */
  readonly isNullable: boolean
}

/**
 * The fields that are read and must not vanish. Not those that hang on what the record is (a remix's parent,
 * a featured post, an emoji), that only newer records have, or that may be absent by their description (the
 * author's id beside the author's profile).
 */
export const steadyFields: Readonly<Record<RecordKind, readonly SteadyField[]>> = {
  item: [],
  post: steady(
    'post',
    'posted_at updated_at like_count dislike_count view_count unique_view_count reply_count ' +
      'recursive_reply_count remix_count permalink preview_image_url attachments',
    'text',
  ),
  comment: steady('comment', 'posted_at like_count reply_count', 'text'),
  profile: steady(
    'profile',
    'username profile_picture_url follower_count following_count post_count ' +
      'like_count|likes_received_count view_count cameo_count is_verified|verified',
    'display_name bio|description',
  ),
  attachment: steady('attachment', 'kind width height url downloadable_url encodings'),
}

function steady(kind: RecordKind, told: string, nullable = ''): SteadyField[] {
  const fields = (text: string, isNullable: boolean): SteadyField[] =>
    words(text).map(names => ({
      path: `${kind}.${names.replace(/\|.*/, '')}`,
      names: names.split('|'),
      isNullable,
    }))
  return [...fields(told, false), ...fields(nullable, true)]
}
