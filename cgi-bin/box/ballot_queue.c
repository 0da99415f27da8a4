#include "box/intake.h"

void ballot_queue_init(struct ballot_queue *q)
{
    *q = (struct ballot_queue){.head = NULL};
    (void)pthread_mutex_init(&q->lock, NULL);
    (void)pthread_cond_init(&q->has_some, NULL);
    q->tail = &q->head;
}

void ballot_queue_push(struct ballot_queue *q, struct intake_ballot *list)
{
    if (list == NULL)
        return;
    (void)pthread_mutex_lock(&q->lock);
    *q->tail = list;
    for (; list != NULL; list = list->next) {
        q->tail = &list->next;
        q->n++;
    }
    (void)pthread_cond_signal(&q->has_some);
    (void)pthread_mutex_unlock(&q->lock);
}

static size_t ballot_bytes(const struct intake_ballot *b)
{
    size_t n = b->ballot.codes_len;
    for (size_t i = 0; i < b->ballot.n_comments; i++)
        n += b->ballot.comments[i].len;
    return n;
}

/* Cut off a round's worth from the front; the queue is not empty and the lock is held. */
static struct intake_ballot *cut(struct ballot_queue *q)
{
    struct intake_ballot *first = q->head, *last = first;
    size_t n = 1, bytes = ballot_bytes(first);
    while (last->next != NULL && n < INTAKE_BALLOTS_MAX &&
           (bytes += ballot_bytes(last->next)) <= INTAKE_BYTES_MAX) {
        last = last->next;
        n++;
    }
    q->head = last->next;
    if (q->head == NULL)
        q->tail = &q->head;
    q->n -= n;
    last->next = NULL;
    return first;
}

struct intake_ballot *ballot_queue_take(struct ballot_queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    while (q->head == NULL && !q->is_closed)
        (void)pthread_cond_wait(&q->has_some, &q->lock);
    struct intake_ballot *list = q->head == NULL ? NULL : cut(q);
    (void)pthread_mutex_unlock(&q->lock);
    return list;
}

void ballot_queue_close(struct ballot_queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    q->is_closed = true;
    (void)pthread_cond_broadcast(&q->has_some);
    (void)pthread_mutex_unlock(&q->lock);
}

size_t ballot_queue_length(struct ballot_queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    size_t n = q->n;
    (void)pthread_mutex_unlock(&q->lock);
    return n;
}
