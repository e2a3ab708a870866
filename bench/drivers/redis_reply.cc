#include "bench/drivers/redis_reply.h"

#include <hiredis/hiredis.h>

#include <algorithm>

namespace tare {
namespace {

constexpr size_t kMaxErrorText = 200;

// hiredis wants a pointer that is not null for every object made; this one stands for all.
char made;

RedisReplyFacts* facts_of(const redisReadTask* task) {
  return task->parent ? nullptr : static_cast<RedisReplyFacts*>(task->privdata);
}

void* create_string(const redisReadTask* task, char* text, size_t size) {
  RedisReplyFacts* facts = facts_of(task);
  if (!facts) return &made;
  if (task->type == REDIS_REPLY_ERROR) {
    facts->error = true;
    facts->text.assign(text, std::min(size, kMaxErrorText));
  } else {
    facts->type = task->type == REDIS_REPLY_STATUS ? ReplyType::status : ReplyType::string;
    if (facts->capture) facts->capture->append(text, size);
  }
  return &made;
}

void* create_array(const redisReadTask* task, int elements) {
  if (RedisReplyFacts* facts = facts_of(task)) {
    facts->type = ReplyType::array;
    facts->elements = elements;
  }
  return &made;
}

void* create_integer(const redisReadTask* task, long long) {
  if (RedisReplyFacts* facts = facts_of(task)) facts->type = ReplyType::integer;
  return &made;
}

void* create_nil(const redisReadTask* task) {
  if (RedisReplyFacts* facts = facts_of(task)) facts->type = ReplyType::nil;
  return &made;
}

void free_object(void*) {}

redisReplyObjectFunctions functions = {create_string, create_array, create_integer, create_nil,
                                       free_object};

}  // namespace

void RedisReplyReader::FreeReader::operator()(redisReader* reader) const {
  redisReaderFree(reader);
}

RedisReplyReader::RedisReplyReader() {
  facts_.text.reserve(kMaxErrorText);
  reset();
}

RedisReplyReader::~RedisReplyReader() = default;

void RedisReplyReader::reset() {
  reader_.reset(redisReaderCreateWithFunctions(&functions));
  reader_->maxbuf = 0;  // keep the buffer's room between replies
  reader_->privdata = &facts_;
}

void RedisReplyReader::expect(std::string* capture) {
  facts_.type = ReplyType::none;
  facts_.elements = 0;
  facts_.error = false;
  facts_.text.clear();
  facts_.capture = capture;
}

RedisReplyReader::State RedisReplyReader::feed(const char* bytes, size_t size) {
  if (redisReaderFeed(reader_.get(), bytes, size) != REDIS_OK) {
    facts_.text = reader_->errstr;
    return State::broken;
  }
  return next();
}

RedisReplyReader::State RedisReplyReader::next() {
  void* reply = nullptr;
  if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) {
    facts_.text = reader_->errstr;
    return State::broken;
  }
  return reply ? State::complete : State::incomplete;
}

}  // namespace tare
