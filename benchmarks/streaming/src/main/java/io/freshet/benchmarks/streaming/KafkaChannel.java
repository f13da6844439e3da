/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.streaming;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.jspecify.annotations.Nullable;

/** From one topic to another, each of one partition. A record starts with when it was sent. */
final class KafkaChannel implements Channel {
  private static final int RECORD_BYTES = Long.BYTES + 100;
  private static final Duration POLL = Duration.ofMillis(100);

  private final SparkSession spark;
  private final String broker;
  private final String source;
  private final String target;
  private final KafkaProducer<byte[], byte[]> producer;
  private volatile boolean isClosed;
  private @Nullable Thread receiver;

  KafkaChannel(SparkSession spark, String broker) throws Exception {
    this.spark = spark;
    this.broker = broker;
    String run = UUID.randomUUID().toString().substring(0, 8);
    this.source = "source-" + run;
    this.target = "target-" + run;
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
      admin
          .createTopics(
              List.of(new NewTopic(source, 1, (short) 1), new NewTopic(target, 1, (short) 1)))
          .all()
          .get();
    }
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker, "acks", "all", "linger.ms", 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @Override
  public String name() {
    return "Kafka";
  }

  @Override
  public void send(long sentNanos) {
    byte[] value = ByteBuffer.allocate(RECORD_BYTES).putLong(sentNanos).array();
    var unused = producer.send(new ProducerRecord<>(source, value));
  }

  @Override
  public void flush() {} // The producer's own thread sends at once.

  @Override
  public void receive(Arrivals arrivals) {
    receiver =
        new Thread(() -> {
          try (KafkaConsumer<byte[], byte[]> consumer =
              new KafkaConsumer<>(
                  Map.of("bootstrap.servers", broker),
                  new ByteArrayDeserializer(),
                  new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(target, 0)));
            consumer.seekToBeginning(consumer.assignment());
            while (!isClosed) {
              consumer
                  .poll(POLL)
                  .forEach(row -> arrivals.arrived(ByteBuffer.wrap(row.value()).getLong()));
            }
          }
        });
    receiver.setDaemon(true);
    receiver.start();
  }

  @Override
  public Dataset<Row> source(boolean isRealTime) {
    return spark
        .readStream()
        .format("kafka")
        .option("kafka.bootstrap.servers", broker)
        .option("subscribe", source)
        .option("startingOffsets", "earliest")
        .load()
        .select("value");
  }

  @Override
  public StreamingQuery start(DataStreamWriter<Row> query, boolean isRealTime) throws Exception {
    return query
        .format("kafka")
        .option("kafka.bootstrap.servers", broker)
        .option("topic", target)
        .start();
  }

  @Override
  public void close() {
    isClosed = true;
    try {
      if (receiver != null) {
        receiver.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close();
  }
}
